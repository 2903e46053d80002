import { Socket } from 'node:net';
import pg from 'pg';
import { sqlStateOf } from '../unavailable.js';
import { within } from '../within.js';
import { dedicatedSettings } from './postgres-settings.js';
import { PROBE_TIMEOUT_MS } from './server-watch.js';

/**
 * Asks for one sign of life, on a connection of its own: those of the pool may all be busy. A
 * server that refuses us (too many connections, starting up) is alive.
 *
 * @throws Error when nothing comes within `PROBE_TIMEOUT_MS`, or nobody listens
 */
export async function probePostgres(url: string): Promise<void> {
  const socket = new Socket();
  const client = new pg.Client({ ...dedicatedSettings(url), stream: () => socket });
  client.on('error', () => undefined);
  const asked = client.connect().then(() => client.query('select 1'));
  try {
    await within(PROBE_TIMEOUT_MS, asked, (timeout) => timeout);
    await within(PROBE_TIMEOUT_MS, client.end(), (timeout) => timeout);
  } catch (error) {
    if (sqlStateOf(error) === undefined) throw error;
  } finally {
    socket.destroy();
  }
}
