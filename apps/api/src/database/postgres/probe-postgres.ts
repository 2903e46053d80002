import { Socket } from 'node:net';
import pg from 'pg';
import { sqlStateOf } from '../database-cause.js';
import { within } from '../within.js';
import { backendOf } from './pool-connections.js';
import { dedicatedSettings } from './postgres-settings.js';
import { PROBE_TIMEOUT_MS } from './server-watch.js';

/** A server that does not track activities counts all that exist. */
const AT_WORK = `
  select pg_backend_pid() as own, array(
    select pid from pg_stat_activity where pid = any($1::int[]) and state is distinct from 'idle'
  ) as "atWork"`;

interface Work {
  readonly own: number;
  readonly atWork: number[];
}

/**
 * Asks for one sign of life, on a connection of its own: those of the pool may all be busy. A
 * server that refuses us (too many connections, starting up) is alive.
 *
 * @param backends processes of the server that ought to be at work
 * @returns those that are, or `undefined` when that is unknown: the server refused us, or a pooler
 *   stands before it, which has numbers of its own
 * @throws Error when no answer comes within `PROBE_TIMEOUT_MS`, or the port is closed
 */
export async function probePostgres(
  url: string,
  backends: readonly number[],
): Promise<readonly number[] | undefined> {
  const socket = new Socket();
  const client = new pg.Client({ ...dedicatedSettings(url), stream: () => socket });
  client.on('error', () => undefined);
  const asked = client.connect().then(() => client.query<Work>(AT_WORK, [backends]));
  try {
    const { rows } = await within(PROBE_TIMEOUT_MS, asked, (timeout) => timeout);
    await within(PROBE_TIMEOUT_MS, client.end(), (timeout) => timeout);
    const [work] = rows;
    return work?.own === backendOf(client) ? work?.atWork : undefined;
  } catch (error) {
    if (sqlStateOf(error) === undefined) throw error;
    return undefined;
  } finally {
    socket.destroy();
  }
}
