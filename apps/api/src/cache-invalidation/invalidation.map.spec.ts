import { describe, expect, it } from '@jest/globals';
import { selectPattern, ShardedStore, silentLog } from '@gad/cache/store';
import { EVERY_STATISTICS_PATTERN } from '../statistics/statistics.cache.js';
import { PLACES } from './cached-views.js';
import { INVALIDATION_MAP, stalePatterns } from './invalidation.map.js';

describe('INVALIDATION_MAP', () => {
  it('INVALIDATION_MAP names both usuarios of a reassigned tarea', () => {
    const data = { tareaId: 1, fromUsuarioId: 2, toUsuarioId: 3 };
    expect(stalePatterns({ name: 'tarea.reassigned', data })).toEqual([
      'stats:user:2:*',
      'stats:user:3:*',
    ]);
  });

  it('INVALIDATION_MAP never reaches a usuario whose id merely starts alike', () => {
    const data = { tareaId: 1, delegadoUsuarioId: 2 };
    expect(stalePatterns({ name: 'tarea.created', data })).toEqual(['stats:user:2:*']);
  });

  it('INVALIDATION_MAP names an entity only by patterns that one shard of a Cluster has', () => {
    const settings = { cluster: { nodes: [{ host: 'h', port: 1 }] } };
    const store = new ShardedStore({ settings, prefix: 'gad:', places: PLACES, logger: silentLog });
    const ids = { usuarioId: 1, sesionId: 2, tareaId: 3, delegadoUsuarioId: 4 };
    const data = { ...ids, fromUsuarioId: 5, toUsuarioId: 6 };
    const patterns = Object.values(INVALIDATION_MAP).flatMap((row) => row(data as never));
    const spanning = patterns.filter(
      (pattern) => store.shards.touchedBy(selectPattern(pattern)).length > 1,
    );
    expect(spanning).toEqual([EVERY_STATISTICS_PATTERN]);
  });

  it('INVALIDATION_MAP has a row for every event', () => {
    expect(Object.keys(INVALIDATION_MAP).sort()).toMatchInlineSnapshot(`
[
  "principals.changed",
  "sesion.ended",
  "sesion.renewed",
  "sesiones.ended",
  "tarea.created",
  "tarea.deleted",
  "tarea.reassigned",
  "tarea.status_changed",
  "tarea.updated",
  "tareas.loaded",
  "usuario.created",
  "usuario.deleted",
  "usuario.role_changed",
  "usuario.updated",
]
`);
  });
});
