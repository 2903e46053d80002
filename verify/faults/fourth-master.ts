import { setTimeout as sleep } from 'node:timers/promises';
import {
  linesOf,
  shapeOf,
  startClusterNode,
  type ClusterServer,
  type RedisCluster,
} from '../../test/servers/redis-cluster.js';
import { manageCluster, placeOf } from './redis-cli.js';

const ALL_SLOTS = 16_384;
/** Between two looks at what is on its way. */
const LOOK_MS = 10;

/** What joins a Cluster, with the tool that its operators use. */
interface Joining {
  readonly cluster: RedisCluster;
  readonly masters: readonly ClusterServer[];
  readonly fourth: ClusterServer;
}

/**
 * A fourth master joins by `redis-cli --cluster add-node`, takes a quarter of the slots by `reshard`,
 * and after `meanwhile` gives them back and leaves.
 *
 * @param slots of the shards
 * @param meanwhile is given for each shard that moved for how long its slot was on its way, in milliseconds
 * @throws Error with the tool's own output when it fails
 */
export async function withFourthMaster(
  cluster: RedisCluster,
  slots: readonly number[],
  meanwhile: (movedMs: readonly number[]) => Promise<void>,
): Promise<void> {
  const masters = [...new Set(await Promise.all(slots.map((slot) => cluster.ownerOf(slot))))];
  const fourth = await startClusterNode();
  const joining = { cluster, masters, fourth };
  const [first] = masters;
  if (first === undefined) throw new Error('the cluster has no masters');
  try {
    await manageCluster(['add-node', placeOf(fourth), placeOf(first)]);
    await untilAgreed(joining);
    const moved = await reshard(joining, masters, fourth, ALL_SLOTS / 4);
    await meanwhile(slots.flatMap((slot) => moved.get(slot) ?? []));
    for (const [n, master] of masters.entries()) {
      const [begin, end] = [n, n + 1].map((part) =>
        Math.round((part * ALL_SLOTS) / 4 / masters.length),
      );
      await reshard(joining, [fourth], master, (end ?? 0) - (begin ?? 0));
    }
    await manageCluster(['del-node', placeOf(first), fourth.id]);
    // With the node, a master may have lost a slot that all others give to it: no server would end that.
    await manageCluster(['fix', placeOf(first)]);
  } finally {
    fourth.hangUp();
    await fourth.server.stop();
  }
}

/** Moves slots. @returns for how long each was on its way, in milliseconds */
async function reshard(
  joining: Joining,
  from: readonly ClusterServer[],
  to: ClusterServer,
  slots: number,
): Promise<ReadonlyMap<number, number>> {
  const begun: [slot: number, at: number][] = [];
  const words = [
    ...['reshard', placeOf(to), '--cluster-from', from.map(({ id }) => id).join(',')],
    ...['--cluster-to', to.id, '--cluster-slots', String(slots), '--cluster-yes'],
  ];
  await manageCluster(words, (text) => {
    // It says so when it begins with a slot, and lists its plan before in other words.
    for (const [, slot] of text.matchAll(/^Moving slot (\d+) from \S+:\d+ to/gm)) {
      begun.push([Number(slot), performance.now()]);
    }
  });
  begun.push([NaN, performance.now()]);
  await untilAgreed(joining);
  return new Map(begun.slice(0, -1).map(([slot, at], n) => [slot, (begun[n + 1]?.[1] ?? at) - at]));
}

/** The tool moves nothing while nodes do not agree, and a new node takes nothing until it knows the others. */
async function untilAgreed({ cluster, fourth }: Joining): Promise<void> {
  const nodes = [...cluster.nodes, fourth];
  const isReady = async (): Promise<boolean> =>
    String(await fourth.command('CLUSTER', 'INFO')).includes('cluster_state:ok') &&
    new Set((await Promise.all(nodes.map(linesOf))).map(shapeOf)).size === 1;
  while (!(await isReady())) await sleep(LOOK_MS);
}
