import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { count, sql } from 'drizzle-orm';
import { ConfigurationError } from '../src/config/parse-environment.js';
import { openPglite } from '../src/database/embedded/open-pglite.js';
import type { PgliteDatabase } from '../src/database/embedded/pglite-database.js';
import { usuarios } from '../src/database/schema.js';
import { temporaryFolder } from './support/data-folder.js';
import { Gate } from './support/gate.js';
import { usuarioRow } from './support/rows.js';

describe('The embedded database', () => {
  let dataDir: string;
  let database: PgliteDatabase | undefined;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    dataDir = await temporaryFolder();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await database?.close();
    database = undefined;
    await rm(dataDir, { recursive: true, force: true });
  });

  const open = async () => (database = await openPglite(dataDir));

  /** Starts a process that writes into the same folder; yields the lines that it prints. */
  function startWriter(): { child: ChildProcess; lines: AsyncIterator<string> } {
    const child = spawn(
      process.execPath,
      ['--import', './tools/typescript.mjs', 'apps/api/test/support/embedded-writer.ts', dataDir],
      { cwd: resolve(import.meta.dirname, '../../..'), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    children.push(child);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return { child, lines };
  }

  it('the embedded database is made at the first start and found at the next, with nothing else left behind', async () => {
    const first = await open();
    await first.db.insert(usuarios).values(usuarioRow({ nombre: 'Kept' }));
    await first.close();
    expect(await readdir(dataDir)).toEqual(['db']);
    const again = await open();
    expect(await again.db.select({ nombre: usuarios.nombre }).from(usuarios)).toEqual([
      { nombre: 'Kept' },
    ]);
  });

  it('is for its user alone, also where an earlier version left it open to others', async () => {
    const modes = async () => {
      const names = await readdir(dataDir, { recursive: true });
      const stats = await Promise.all(names.map((name) => stat(join(dataDir, name))));
      return new Set(
        stats.map((at) => (at.isDirectory() ? 'd' : 'f') + (at.mode & 0o777).toString(8)),
      );
    };
    await (await open()).db.insert(usuarios).values(usuarioRow());
    expect(await modes()).toEqual(new Set(['d700', 'f600']));
    await database?.close();
    await promisify(execFile)('chmod', ['-R', 'a+rX', dataDir]);
    await open();
    expect(await modes()).toEqual(new Set(['d700', 'f600']));
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  });

  it('the embedded database keeps every acknowledged transaction, whole, when its process is killed', async () => {
    const { child, lines } = startWriter();
    let acknowledged = 0;
    while (acknowledged < 200) {
      const { value } = await lines.next();
      acknowledged = Number(/^committed (\d+)$/.exec(String(value))?.[1]);
      expect(acknowledged).toBeGreaterThan(0);
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    // Lines that were still in the pipe are acknowledged as well.
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
      acknowledged = Number(/^committed (\d+)$/.exec(line.value)?.[1]);
    }
    expect(existsSync(join(dataDir, 'db.lock'))).toBe(true);

    const { db } = await open();
    const pairs = await db
      .select({ nombre: usuarios.nombre, halves: count() })
      .from(usuarios)
      .groupBy(usuarios.nombre);
    expect(pairs.length).toBeGreaterThanOrEqual(acknowledged);
    expect(pairs.length).toBeLessThanOrEqual(acknowledged + 1);
    expect(pairs.every(({ halves }) => halves === 2)).toBe(true);
  });

  it('the embedded database refuses a second process with one sentence: folder, pid and the way out', async () => {
    await open();
    const { lines } = startWriter();
    const { value } = await lines.next();
    expect(value).toMatch(/^failed DATA_DIR names the folder .+\.$/);
    expect(value).toContain(dataDir);
    expect(value).toContain(`process ${String(process.pid)}`);
    expect(value).toContain('set DATA_DIR to another folder');
    await expect(database?.ping()).resolves.toBeUndefined();
  });

  it('the embedded database starts over when the very first start was interrupted', async () => {
    await mkdir(join(dataDir, 'db'));
    await writeFile(join(dataDir, 'db', 'PG_VERSION'), '18\n');
    await writeFile(join(dataDir, 'db.unfinished'), '');
    await expect((await open()).ping()).resolves.toBeUndefined();
    expect(existsSync(join(dataDir, 'db.unfinished'))).toBe(false);
  });

  it('the embedded database never removes a database that it cannot open, and lets the folder go', async () => {
    await mkdir(join(dataDir, 'db'));
    await writeFile(join(dataDir, 'db', 'PG_VERSION'), '12\n');
    const attempt = open();
    await expect(attempt).rejects.toBeInstanceOf(ConfigurationError);
    await expect(attempt).rejects.toThrow(/^DATA_DIR names the folder .+ cannot be opened/);
    expect(existsSync(join(dataDir, 'db', 'PG_VERSION'))).toBe(true);
    expect(existsSync(join(dataDir, 'db.lock'))).toBe(false);
  });

  it('the embedded database says which folder cannot be used', async () => {
    await writeFile(join(dataDir, 'file'), '');
    await expect(openPglite(join(dataDir, 'file', 'inside'))).rejects.toThrow(
      /^DATA_DIR names the folder .+ cannot be used \(ENOTDIR/,
    );
  });

  it('the embedded database closes after what is running, and answers 503 from then on', async () => {
    const { db } = await open();
    const inside = new Gate();
    const mayEnd = new Gate();
    const writing = database?.transaction(async (tx) => {
      await tx.insert(usuarios).values(usuarioRow());
      inside.open();
      await mayEnd.opened;
      await tx.insert(usuarios).values(usuarioRow());
    });
    await inside.opened;
    const closing = database?.close();
    await expect(db.execute(sql`select 1`)).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
    });
    mayEnd.open();
    await expect(writing).resolves.toBeUndefined();
    await closing;
    const reopened = await open();
    expect(await reopened.db.select({ n: count() }).from(usuarios)).toEqual([{ n: 2 }]);
  });
});
