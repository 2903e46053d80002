/**
 * A process that writes pairs of usuarios into the embedded database until it is killed, and reports
 * on its standard output of each pair that was committed:
 *
 *   node --import ./tools/typescript.mjs apps/api/test/support/embedded-writer.ts <data folder>
 */
import { Logger } from '@nestjs/common';
import { openPglite } from '../../src/database/embedded/open-pglite.js';
import { usuarios } from '../../src/database/schema.js';
import { usuarioRow } from './rows.js';

Logger.overrideLogger(false);
const [dataDir = ''] = process.argv.slice(2);
try {
  const database = await openPglite(dataDir);
  for (let pair = 1; ; pair += 1) {
    await database.transaction(async (tx) => {
      for (const half of ['first', 'second']) {
        await tx
          .insert(usuarios)
          .values(usuarioRow({ nombre: `pair-${String(pair)}`, apellido: half }));
      }
    });
    process.stdout.write(`committed ${String(pair)}\n`);
  }
} catch (error) {
  process.stdout.write(`failed ${error instanceof Error ? error.message : String(error)}\n`);
}
