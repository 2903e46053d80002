import { describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';
import { VARIABLES } from '../apps/api/src/config/environment.js';

interface Service {
  image?: string;
  build?: string;
  ports?: string[];
  volumes?: string[];
  command?: string[];
  environment?: Record<string, string | null>;
  profiles?: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
}

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
// The shape that the assertions below then confirm.
const compose = load(read('docker-compose.yml')) as {
  services: Record<'redis' | 'redis-cluster' | 'postgres' | 'api', Service>;
  volumes: Record<string, unknown>;
};
const { redis, postgres, api } = compose.services;

describe('docker-compose.yml', () => {
  it('docker-compose.yml runs Redis as the guide does, bounded and with background eviction', () => {
    expect(redis.image).toBe('redis:7.2-alpine');
    expect(redis.ports).toEqual(['127.0.0.1:6381:6379']);
    expect(redis.volumes).toEqual(['redis_data:/data']);
    const [program, ...words] = redis.command ?? [];
    expect(program).toBe('redis-server');
    expect(pairs(words)).toEqual({
      '--appendonly': 'yes',
      '--maxmemory': '256mb',
      '--maxmemory-policy': 'allkeys-lru',
      '--lazyfree-lazy-eviction': 'yes',
    });
  });

  it('docker-compose.yml declares every volume that a service keeps its data in', () => {
    const used = [redis, postgres].flatMap(({ volumes = [] }) =>
      volumes.map((volume) => volume.split(':')[0]),
    );
    expect(used.sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  it('docker-compose.yml starts the API when the servers answer, and not before', () => {
    expect(api.depends_on).toEqual({
      redis: { condition: 'service_healthy' },
      postgres: { condition: 'service_healthy' },
    });
    expect(redis.healthcheck?.test).toContain('ping');
    expect(postgres.healthcheck?.test).toContain('pg_isready');
  });

  it('docker-compose.yml hands the API only variables that it knows', () => {
    // PGPASSWORD is read by the PostgreSQL driver.
    const names = Object.keys(api.environment ?? {}).filter((name) => name !== 'PGPASSWORD');
    expect(names.filter((name) => !VARIABLES.some((known) => known === name))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['REDIS_URL', 'DATABASE_URL', 'JWT_SECRET']));
  });

  it('docker-compose.yml starts a Cluster of three masters with a replica each only when asked to', () => {
    const cluster = compose.services['redis-cluster'];
    expect(cluster.profiles).toEqual(['cluster']);
    expect(cluster.image).toBe(redis.image);
    expect(cluster.command?.at(-1)).toMatch(/7006; do[^]*--cluster-replicas 1/);
  });

  it('docker-compose.yml has no value for any secret', () => {
    // A name without a value takes it from the environment, and is absent when that has none.
    expect(api.environment?.['JWT_SECRET']).toBeNull();
    expect(postgres.environment?.['POSTGRES_PASSWORD']).toBeNull();
    expect(api.environment?.['PGPASSWORD']).toBe('${POSTGRES_PASSWORD}');
  });

  it('docker-compose.yml publishes nothing beyond this machine', () => {
    const all = Object.values(compose.services);
    const ports = all.flatMap(({ ports: own = [] }) => own);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(ports).toHaveLength(4);
  });
});

const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

it.each(['Dockerfile', 'package.json', 'README.md', 'CONTRIBUTING.md', 'tools/build-if-stale.mjs'])(
  '%s names only programs of the build that have a source',
  (file) => {
    const programs = [...read(file).matchAll(/\bdist\/server\/([\w-]+)\.js\b/g)];
    for (const [, name = ''] of programs) {
      const entry = new RegExp(`\\b${name}: '([\\w./-]+)'`).exec(read('tools/bundle.mjs'));
      expect(read(`apps/api/src/${entry?.[1] ?? name}.ts`)).not.toBe('');
    }
    if (file === 'Dockerfile') expect(programs).toHaveLength(4);
  },
);

describe('Dockerfile', () => {
  const dockerfile = read('Dockerfile');
  const [build = '', runtime = ''] = dockerfile.split(/^FROM /m).slice(1);

  it('Dockerfile copies every package that runs: none lies in a workspace, whose folders it leaves out', () => {
    const lock = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { dev?: boolean }>;
    };
    const nested = Object.entries(lock.packages).filter(
      ([path, { dev }]) => /^(apps|libs)\/.+\/node_modules\//.test(path) && dev !== true,
    );
    expect(nested).toEqual([]);
  });

  it('Dockerfile knows the manifest of every workspace before it installs', () => {
    // Written by npm; the keys of `packages` without node_modules are the root and the workspaces.
    const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, unknown> };
    const workspaces = Object.keys(lock.packages).filter(
      (path) => path !== '' && !path.includes('node_modules'),
    );
    expect(workspaces.length).toBeGreaterThan(1);
    const beforeInstall = build.slice(0, build.indexOf('npm ci'));
    for (const workspace of workspaces) {
      expect(beforeInstall).toContain(`COPY ${workspace}/package.json ${workspace}/`);
    }
  });

  it('Dockerfile runs as an unprivileged user, in production mode, watched by the liveness route', () => {
    expect(runtime).toMatch(/^USER node$/m);
    expect(runtime).toContain('NODE_ENV=production');
    expect(runtime).toMatch(/^HEALTHCHECK [^]*\/health\/live/m);
    expect(runtime).not.toMatch(/SECRET|PASSWORD/);
  });

  it('Dockerfile has the commands `admin`, `migrate` and `doctor`, which run what npm runs', () => {
    const commands = runtime.matchAll(
      /exec (node \S+) \/app\/(\S+) "\$@"\\n' \\\n +> \/usr\/local\/bin\/(\w+) && chmod 755/g,
    );
    const { admin, migrate, doctor } = scripts;
    expect(
      Object.fromEntries([...commands].map(([, node, file, name]) => [name, `${node} ${file}`])),
    ).toEqual({ admin, migrate, doctor });
  });

  it('Dockerfile carries no compiler and no tests into the image that runs', () => {
    const copied = [...runtime.matchAll(/^COPY --from=build (\S+)/gm)].map(([, path]) => path);
    expect(copied).toEqual([
      '/app/package.json',
      '/app/node_modules',
      '/app/dist/server',
      '/app/dist/console',
    ]);
    expect(build).toMatch(/npm prune --omit=dev .*&& rm -r node_modules\/typescript$/m);
  });
});

function pairs(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.flatMap((word, index) => (word.startsWith('--') ? [[word, words[index + 1] ?? '']] : [])),
  );
}
