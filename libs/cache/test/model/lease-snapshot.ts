import { PREFIX } from './names.js';
import type { Wires } from './wires.js';

/** A lease as `DUMP` gives it. */
export interface DumpedLease {
  readonly name: string;
  readonly dump: Buffer;
}

/** The leases that stand now. */
export async function leasesIn(wires: Wires): Promise<DumpedLease[]> {
  const names = await wires.command('KEYS', `${PREFIX}[^\0]*`);
  const leases: DumpedLease[] = [];
  for (const name of Array.isArray(names) ? names.map(String) : []) {
    const text = String(await wires.command('GET', name));
    const dump = await wires.binaryCommand('DUMP', name);
    if (text.startsWith('\x01') && Buffer.isBuffer(dump)) leases.push({ name, dump });
  }
  return leases;
}

/** Brings them back, as an old snapshot of the server would. */
export async function restoreLeases(wires: Wires, leases: readonly DumpedLease[]): Promise<void> {
  for (const { name, dump } of leases) {
    await wires.binaryCommand('RESTORE', name, '60000', dump, 'REPLACE');
  }
}
