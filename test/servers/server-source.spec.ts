import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runArguments } from './container-runner.js';
import { advice, findServerSources } from './server-source.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('where the servers come from', () => {
  it('the server source says in one sentence what to install when there is no way to run one', () => {
    expect(advice(['redis'])).toBe(
      'The tests need Redis: install it (Debian, Ubuntu: sudo apt-get install redis-server) ' +
        'or start Docker, then run again.',
    );
    expect(advice(['redis', 'postgres'])).toContain('Redis and PostgreSQL: install them');
  });

  it('the server source refuses a named Redis that is no program', async () => {
    process.env['REDIS_PROGRAM'] = '/no/such/valkey-server';
    try {
      await expect(findServerSources(['redis'])).rejects.toThrow(
        'REDIS_PROGRAM names no program: /no/such/valkey-server. Give the full path of one.',
      );
    } finally {
      delete process.env['REDIS_PROGRAM'];
    }
  });

  it('the server source publishes a container on the loopback interface only', () => {
    expect(
      runArguments({
        image: 'redis:7.2-alpine',
        name: 'prueba',
        ports: { host: 20_001, container: 6379 },
        environment: { MODO: 'prueba' },
        volume: { host: '/datos', container: '/data' },
        command: ['redis-server', '--save', ''],
      }),
    ).toEqual([
      ...['run', '--detach', '--name', 'prueba', '--publish', '127.0.0.1:20001:6379'],
      ...['--env', 'MODO=prueba', '--volume', '/datos:/data'],
      ...['redis:7.2-alpine', 'redis-server', '--save', ''],
    ]);
  });

  it('the server source runs the whole life of a server in Docker when no program is installed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gad-docker-'));
    const log = join(folder, 'log');
    await writeFile(join(folder, 'docker'), dockerStandIn(log));
    await chmod(join(folder, 'docker'), 0o755);
    try {
      await promisify(execFile)(
        process.execPath,
        ['--import', './tools/typescript.mjs', './test/servers/server-life.ts'],
        // The stand-in runs Redis from its own, absolute path; PATH itself offers only Docker.
        { cwd: root, env: { ...process.env, PATH: folder } },
      );
      const commands = (await readFile(log, 'utf8')).trim().split('\n');
      expect(commands).toEqual([
        'info',
        'run',
        ...['pause', 'unpause', 'kill'],
        ...['unpause', 'stop', 'start'],
        'rm',
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/**
 * A program that understands the part of Docker's command line that the tests' servers use and runs
 * the server as an ordinary process: the order of commands and their arguments are then checked on
 * machines without an engine too.
 */
function dockerStandIn(log: string): string {
  const state = join(dirname(log), 'state');
  return `#!/bin/sh
export PATH=${process.env['PATH'] ?? ''}
echo "$1" | grep -v -E 'inspect|logs' >> ${log}
launch() { $(cat ${state}.command) > ${state}.log 2>&1 & echo $! > ${state}.pid; }
pid=$(cat ${state}.pid 2> /dev/null)
case $1 in
  run)
    port=$(echo "$*" | sed -E 's/.*127\\.0\\.0\\.1:([0-9]+):6379.*/\\1/')
    echo "redis-server --port $port --dir ${dirname(log)}" > ${state}.command
    launch ;;
  start) launch ;;
  pause) kill -STOP $pid ;;
  unpause) kill -CONT $pid 2> /dev/null || { echo "Container is not paused" >&2; exit 1; } ;;
  kill) kill -KILL $pid ;;
  stop) kill -TERM $pid 2> /dev/null || true ;;
  inspect) kill -0 $pid 2> /dev/null && echo true || echo false ;;
  logs) cat ${state}.log ;;
  rm) kill -KILL $pid 2> /dev/null || true ;;
esac
`;
}
