import { createClient } from 'redis';
import type { Stage } from './stage.js';

export interface HandoverResult {
  readonly times: number;
  /** Times that the other process had the caller in the cache when the logout began. */
  readonly cached: number;
  /** Times that the request after the acknowledged logout was let through. */
  readonly letIn: number;
}

/** A logout on one process, and the next request on the other: 401, every time. */
export async function handOver(stage: Stage, times: number): Promise<HandoverResult> {
  const redis = createClient({ url: stage.redis.url });
  await redis.connect();
  const usuarioId = await stage.usuario('usuario');
  const path = `/stats/user/${usuarioId}`;
  let [cached, letIn] = [0, 0];
  try {
    for (let turn = 0; turn < times; turn += 1) {
      const { token, sesionId } = await stage.open(usuarioId);
      const [here, there] = [turn, turn + 1];
      for (const at of [there, here]) {
        const before = await stage.status(at, 'GET', path, token);
        if (before !== 200) throw new Error(`An open sesion was answered ${before}.`);
      }
      cached += await redis.exists(`gad:~~principal:${usuarioId}:${sesionId}`);
      const ended = await stage.status(here, 'POST', '/auth/logout', token);
      if (ended !== 200) throw new Error(`The logout was answered ${ended}.`);
      if ((await stage.status(there, 'GET', path, token)) !== 401) letIn += 1;
    }
  } finally {
    await redis.close();
  }
  return { times, cached, letIn };
}
