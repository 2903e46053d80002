import { selectKeys } from '../../src/keys/key-selection.js';
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RedisServer } from '../support/redis-server.js';
import { startRedis } from '../support/redis-server.js';
import type { CoherentProcess } from '../support/near-cache-process.js';
import { readyProcess } from '../support/near-cache-process.js';

const KEY = 'stats:user:2:days:30';
const BOUND_MS = 300;

interface Served {
  readonly value: unknown;
  readonly hits: number;
}

describe('A process that is stopped while it holds copies', () => {
  let server: RedisServer;
  let writer: CoherentProcess;
  let reader: ChildProcess;

  beforeEach(async () => {
    server = await startRedis();
    writer = await readyProcess(server, { barrier: [''], staleBoundMs: BOUND_MS });
    const tools = new URL('../../../../tools/typescript.mjs', import.meta.url).href;
    const script = fileURLToPath(new URL('reader.main.ts', import.meta.url));
    reader = fork(script, [server.url, String(BOUND_MS)], { execArgv: ['--import', tools] });
    await once(reader, 'message');
  });
  afterEach(async () => {
    reader.kill('SIGKILL');
    await writer.store.close();
    await server.stop();
  });

  async function read(): Promise<Served> {
    const answer = once(reader, 'message');
    reader.send(KEY);
    const [served] = (await answer) as [Served];
    return served;
  }

  async function untilCopied(): Promise<void> {
    for (let hits = 0; ;) {
      const served = await read();
      if (served.hits > hits) return;
      hits = served.hits;
    }
  }

  it.each(['SIGCONT and a read that was already waiting', 'SIGCONT and a read afterwards'])(
    'a stopped process serves nothing that was removed in the meantime: %s',
    async (how) => {
      await writer.store.write(KEY, '"old"', undefined, 5_000);
      await untilCopied();
      reader.kill('SIGSTOP');
      // No process confirms, so this takes the whole bound; then it is done.
      await writer.store.remove(selectKeys([KEY]));
      const early = how.includes('already') ? read() : undefined;
      reader.kill('SIGCONT');
      const served = await (early ?? read());
      expect(served.value).toBe('loaded');
    },
  );
});
