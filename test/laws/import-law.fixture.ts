/**
 * A small tree in which each rule of the import law is broken exactly once, by the file named here.
 * The paths are those of the real repository, so that the real patterns are put to the test.
 */
export const plantedViolations: Readonly<Record<string, { from: string; text: string }>> = {
  'no-cycles': {
    from: 'libs/cache/src/engine/left.ts',
    // Type-only on both sides: gone after compilation, and still a cycle.
    text: `import type { Right } from './right.js';\nexport interface Left { right: Right }\n`,
  },
  'every-import-resolves': {
    from: 'libs/cache/src/engine/nowhere.ts',
    text: `import './not-there.js';\n`,
  },
  'libs-know-no-apps': {
    from: 'libs/cache/src/engine/home.ts',
    text: `import type { Usuario } from '../../../../apps/api/src/usuarios/usuario.js';\nexport type Owner = Usuario;\n`,
  },
  'libs-by-package-name': {
    from: 'apps/api/src/statistics/deep.ts',
    text: `import { right } from '../../../../libs/cache/src/engine/plain.js';\nexport const value = right;\n`,
  },
  'libs-keep-to-themselves': {
    from: 'libs/other/src/thief.ts',
    text: `import { right } from '../../cache/src/engine/plain.js';\nexport const stolen = right;\n`,
  },
  'source-imports-no-tests': {
    from: 'apps/api/src/statistics/tested.ts',
    text: `import { fake } from '@gad/cache/testing';\nexport const real = fake;\n`,
  },
  'testing-door-knows-no-runner': {
    from: 'libs/cache/src/testing/bound.ts',
    text: `import { it } from 'node:test';\nexport const bound = it;\n`,
  },
  'features-by-their-doors': {
    from: 'apps/api/src/tareas/tareas.service.ts',
    text: `import { rows } from '../usuarios/usuarios.repository.js';\nexport const copy = rows;\n`,
  },
  'cached-views-for-invalidation-only': {
    from: 'apps/api/src/tareas/keys.ts',
    text: `import { key } from '../statistics/statistics.cache.js';\nexport const removed = key;\n`,
  },
  'engine-is-plain-typescript': {
    from: 'libs/cache/src/engine/load/single-flight.ts',
    text: `import { Injectable } from '@nestjs/common';\nexport const decorate = Injectable;\n`,
  },
  'doors-without-nest': {
    from: 'libs/cache/src/engine.ts',
    // Two steps from NestJS, which the second file may import.
    text: `export { service } from './cache.service.js';\n`,
  },
  'outbox-loads-nothing': {
    from: 'libs/cache-postgres/src/eager.ts',
    text: `import pg from 'pg';\nexport const Client = pg.Client;\n`,
  },
  'layer-keys': {
    from: 'libs/cache/src/values/upward.ts',
    text: `import type { Above } from '../engine/above.js';\nexport type Upward = Above;\n`,
  },
  'layer-observe': {
    from: 'libs/cache/src/observe/upward.ts',
    text: `import type { Above } from '../store/above.js';\nexport type Upward = Above;\n`,
  },
  'layer-near-cache': {
    from: 'libs/cache/src/near-cache/upward.ts',
    text: `import type { Above } from '../store/above.js';\nexport type Upward = Above;\n`,
  },
  'layer-store': {
    from: 'libs/cache/src/store/memory/upward.ts',
    text: `import type { Above } from '../../outbox/above.js';\nexport type Upward = Above;\n`,
  },
  'layer-outbox': {
    from: 'libs/cache/src/outbox/upward.ts',
    text: `import type { Above } from '../engine/above.js';\nexport type Upward = Above;\n`,
  },
  'layer-engine': {
    from: 'libs/cache/src/engine/upward.ts',
    text: `import type { Above } from '../nest/above.js';\nexport type Upward = Above;\n`,
  },
  'layer-doctor': {
    from: 'libs/cache/src/doctor/upward.ts',
    text: `import type { Above } from '../warm/above.js';\nexport type Upward = Above;\n`,
  },
  'layer-warm': {
    from: 'libs/cache/src/warm/upward.ts',
    text: `import type { Above } from '../nest/above.js';\nexport type Upward = Above;\n`,
  },
  'engine-invalidate': {
    from: 'libs/cache/src/engine/invalidate/upward.ts',
    text: `import type { Above } from '../lookup/above.js';\nexport type Upward = Above;\n`,
  },
  'engine-lookup': {
    from: 'libs/cache/src/engine/lookup/upward.ts',
    text: `import type { Above } from '../load/above.js';\nexport type Upward = Above;\n`,
  },
  'engine-load': {
    from: 'libs/cache/src/engine/load/upward.ts',
    text: `import type { Above } from '../read/above.js';\nexport type Upward = Above;\n`,
  },
  'api-config': {
    from: 'apps/api/src/config/upward.ts',
    text: `import type { Above } from '../database/above.js';\nexport type Upward = Above;\n`,
  },
  'api-logging': {
    from: 'apps/api/src/logging/upward.ts',
    text: `import type { Above } from '../database/above.js';\nexport type Upward = Above;\n`,
  },
  'api-database': {
    from: 'apps/api/src/database/upward.ts',
    text: `import type { Above } from '../events/above.js';\nexport type Upward = Above;\n`,
  },
  'api-audit': {
    from: 'apps/api/src/events/upward.ts',
    text: `import type { Above } from '../auth/above.js';\nexport type Upward = Above;\n`,
  },
  'api-auth': {
    from: 'apps/api/src/auth/upward.ts',
    text: `import type { Above } from '../idempotency/above.js';\nexport type Upward = Above;\n`,
  },
  'api-idempotency': {
    from: 'apps/api/src/idempotency/upward.ts',
    text: `import type { Above } from '../tareas/above.js';\nexport type Upward = Above;\n`,
  },
  'api-admin': {
    from: 'apps/api/src/seed/upward.ts',
    text: `import type { Above } from '../above.js';\nexport type Upward = Above;\n`,
  },
  'console-is-for-browsers': {
    from: 'apps/console/src/ui/server.ts',
    text: `import type { Principal } from '../../../api/src/auth/principal.js';\nexport type Me = Principal;\n`,
  },
  'console-runs-without-node': {
    from: 'apps/console/src/ui/disk.ts',
    text: `import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n`,
  },
  'screens-know-no-other': {
    from: 'apps/console/src/hot/borrowed.ts',
    text: `import type { Key } from '../keys/key.js';\nexport type Borrowed = Key;\n`,
  },
  'redis-client-in-its-files': {
    from: 'apps/api/src/health/health.controller.ts',
    text: `import { createClient } from 'redis';\nexport const open = createClient;\n`,
  },
  'event-emitter-in-events': {
    from: 'apps/api/src/tareas/shout.ts',
    text: `import { EventEmitter2 } from '@nestjs/event-emitter';\nexport const emitter = new EventEmitter2();\n`,
  },
  'packages-are-declared': {
    from: 'libs/cache/src/engine/borrowed.ts',
    text: `import pg from 'pg';\nexport const client = pg;\n`,
  },
};

/** What the violations point at, and imports like theirs that are allowed. */
export const innocentFiles: Readonly<Record<string, string>> = {
  'libs/cache/src/engine/right.ts': `import type { Left } from './left.js';\nexport interface Right { left: Left }\n`,
  'libs/cache/src/engine/plain.ts': `export const right = 1;\n`,
  'libs/cache/src/index.ts': `export { right } from './engine/plain.js';\n`,
  'libs/cache-postgres/src/lazy.ts': `import type pg from 'pg';\nimport type { right } from '@gad/cache';\nexport const load = async (_: typeof right): Promise<typeof pg> => (await import('pg')).default;\n`,
  'libs/cache/src/testing/index.ts': `export const fake = 1;\n`,
  'libs/cache/src/engine/above.ts': `export type Above = 1;\n`,
  'libs/cache/src/store/above.ts': `export type Above = 1;\n`,
  'libs/cache/src/outbox/above.ts': `export type Above = 1;\n`,
  'libs/cache/src/warm/above.ts': `export type Above = 1;\n`,
  'libs/cache/src/engine/lookup/above.ts': `export type Above = 1;\n`,
  'libs/cache/src/engine/load/above.ts': `export type Above = 1;\n`,
  'libs/cache/src/engine/read/above.ts': `export type Above = 1;\n`,
  'libs/cache/src/nest/above.ts': `import type { Type } from '@nestjs/common';\nexport type Above = Type;\n`,
  'libs/cache/src/cache.service.ts': `import { Injectable } from '@nestjs/common';\nexport const service = Injectable;\n`,
  'libs/cache/src/store/redis/redis-store.ts': `import { createClient } from 'redis';\nexport const open = createClient;\n`,
  'apps/api/src/database/above.ts': `export type Above = 1;\n`,
  'apps/api/src/events/above.ts': `export type Above = 1;\n`,
  'apps/api/src/auth/above.ts': `export type Above = 1;\n`,
  'apps/api/src/idempotency/above.ts': `export type Above = 1;\n`,
  'apps/api/src/tareas/above.ts': `export type Above = 1;\n`,
  'apps/api/src/above.ts': `export type Above = 1;\n`,
  'apps/api/src/seed/seed.main.ts': `import type { Above } from '../above.js';\nexport type Program = Above;\n`,
  'apps/console/src/keys/key.ts': `export interface Key { key: string }\n`,
  'apps/console/src/shell/menu.tsx': `import type { Key } from '../keys/key.js';\nexport type First = Key;\n`,
  'apps/api/src/usuarios/usuario.ts': `export interface Usuario { id: number }\n`,
  'apps/api/src/usuarios/usuarios.repository.ts': `export const rows = [];\n`,
  'apps/api/src/usuarios/usuarios.service.ts': `import type { Principal } from '../auth/principal.js';\nexport const find = (who: Principal) => who;\n`,
  'apps/api/src/auth/principal.ts': `export interface Principal { id: number }\n`,
  'apps/api/src/tareas/tareas.controller.ts': `import { find } from '../usuarios/usuarios.service.js';\nexport const assign = find;\n`,
  'apps/api/src/statistics/statistics.cache.ts': `import { right } from '@gad/cache';\nexport const key = right;\n`,
  'apps/api/src/statistics/statistics.spec.ts': `import { fake } from '@gad/cache/testing';\nexport const used = fake;\n`,
  'apps/api/src/cache-invalidation/invalidation.map.ts': `import { key } from '../statistics/statistics.cache.js';\nexport const map = key;\n`,
  'apps/api/src/events/bus.ts': `import { EventEmitter2 } from '@nestjs/event-emitter';\nexport const emitter = new EventEmitter2();\n`,
};
