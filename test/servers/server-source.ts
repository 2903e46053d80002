import { execFile } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { canInstallPackages, installPackages } from './debian-packages.js';
import { findInPath, findPostgresDirectory } from './executables.js';

/** The servers that tests can ask for. */
export type ServerKind = 'redis' | 'postgres' | 'pgbouncer' | 'nginx';

/** How one kind of server is run on this machine. */
export type ServerSource = { by: 'programs'; path: string } | { by: 'docker'; image: string };

/** A pooler or proxy has none: its container would not reach the server that it stands before. */
const IMAGES: Partial<Record<ServerKind, string>> = {
  redis: 'redis:7.2-alpine',
  postgres: 'postgres:15-alpine',
};
const PACKAGES: Record<ServerKind, string> = {
  redis: 'redis-server',
  postgres: 'postgresql',
  pgbouncer: 'pgbouncer',
  nginx: 'nginx',
};
const NAMES: Record<ServerKind, string> = {
  redis: 'Redis',
  postgres: 'PostgreSQL',
  pgbouncer: 'PgBouncer',
  nginx: 'nginx',
};

/**
 * Finds a way to run each kind, in this order: programs installed here, a Docker engine that
 * answers, Debian's packages (installed on the spot when this process is root). `REDIS_PROGRAM`
 * names another Redis or Valkey, such as `/usr/bin/valkey-server`.
 *
 * @throws Error with one sentence that says what to install, when there is none.
 */
export async function findServerSources<Kind extends ServerKind>(
  kinds: readonly Kind[],
): Promise<Record<Kind, ServerSource>> {
  const sources = new Map(kinds.map((kind) => [kind, findPrograms(kind)]));
  const missing = (): Kind[] => kinds.filter((kind) => sources.get(kind) === undefined);

  if (missing().some((kind) => IMAGES[kind] !== undefined) && (await dockerAnswers())) {
    for (const kind of missing()) {
      const image = IMAGES[kind];
      if (image === undefined) continue;
      progress(`${NAMES[kind]} is not installed; running ${image} in Docker`);
      sources.set(kind, { by: 'docker', image });
    }
  }
  if (missing().length > 0 && canInstallPackages()) {
    const packages = missing().map((kind) => PACKAGES[kind]);
    progress(`installing ${packages.join(' and ')} with apt-get (once, about a minute)`);
    await installPackages(packages);
    for (const kind of missing()) sources.set(kind, findPrograms(kind));
  }

  const lacking = missing();
  if (lacking.length > 0) throw new Error(advice(lacking));
  // Every kind is in the map and none is undefined: the line above has just checked it.
  return Object.fromEntries(sources) as Record<Kind, ServerSource>;
}

/** Says on standard error what the set-up is doing; standard output belongs to reports. */
function progress(message: string): void {
  process.stderr.write(`test servers: ${message}\n`);
}

/** The one sentence for a machine on which the tests cannot get their servers. */
export function advice(kinds: readonly ServerKind[]): string {
  const names = kinds.map((kind) => NAMES[kind]).join(' and ');
  const packages = kinds.map((kind) => PACKAGES[kind]).join(' ');
  return (
    `The tests need ${names}: install ${kinds.length > 1 ? 'them' : 'it'} ` +
    `(Debian, Ubuntu: sudo apt-get install ${packages}) or start Docker, then run again.`
  );
}

const FINDERS: Record<ServerKind, () => string | undefined> = {
  redis: () => namedRedis() ?? findInPath('redis-server'),
  postgres: findPostgresDirectory,
  pgbouncer: () => findInPath('pgbouncer') ?? findInPath('pgbouncer', '/usr/sbin'),
  nginx: () => findInPath('nginx') ?? findInPath('nginx', '/usr/sbin'),
};

/** @throws Error when `REDIS_PROGRAM` names no program */
function namedRedis(): string | undefined {
  const named = process.env['REDIS_PROGRAM'];
  if (named === undefined) return undefined;
  const path = findInPath(basename(named), dirname(named));
  if (path === undefined) {
    throw new Error(`REDIS_PROGRAM names no program: ${named}. Give the full path of one.`);
  }
  return path;
}

function findPrograms(kind: ServerKind): ServerSource | undefined {
  const path = FINDERS[kind]();
  return path === undefined ? undefined : { by: 'programs', path };
}

function dockerAnswers(): Promise<boolean> {
  if (findInPath('docker') === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    execFile('docker', ['info'], { timeout: 10_000 }, (error) => {
      resolve(error === null);
    });
  });
}
