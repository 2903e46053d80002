import type { createClient } from 'redis';

/** Processor time of some Redis servers so far, in milliseconds. */
export async function serversMs(
  clients: readonly Pick<ReturnType<typeof createClient>, 'info'>[],
): Promise<number> {
  const infos = await Promise.all(clients.map((client) => client.info('cpu')));
  const used = infos.join().matchAll(/used_cpu_(?:sys|user):([\d.]+)/g);
  return [...used].reduce((sum, [, each]) => sum + Number(each) * 1_000, 0);
}
