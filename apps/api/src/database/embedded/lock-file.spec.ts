import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LockFile, LockHeldError } from './lock-file.js';
import { currentProcess, isRunning } from './process-identity.js';

const TOKEN = '00000000-0000-4000-8000-000000000000';
const SINCE = '2026-01-01T00:00:00.000Z';

describe('LockFile', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gad-lock-'));
    path = join(folder, 'db.lock');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function deadPid(): Promise<number> {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'exit');
    return child.pid ?? 0;
  }

  const leave = (holder: object) =>
    writeFile(
      path,
      JSON.stringify({ host: hostname(), birth: null, since: SINCE, token: TOKEN, ...holder }),
    );

  it('LockFile names its holder, leaves one file behind, and none after the release', async () => {
    const lock = await LockFile.acquire(path);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ ...currentProcess() });
    expect(await readdir(folder)).toEqual(['db.lock']);
    await lock.release();
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('LockFile refuses a second holder, also from the same process, and says who the first is', async () => {
    const lock = await LockFile.acquire(path);
    const refusal = await LockFile.acquire(path).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(LockHeldError);
    expect(refusal).toMatchObject({ path, holder: { pid: process.pid, host: hostname() } });
    await lock.release();
    await expect(LockFile.acquire(path)).resolves.toBeInstanceOf(LockFile);
  });

  it('LockFile takes over from a process that is dead', async () => {
    await leave({ pid: await deadPid() });
    await LockFile.acquire(path);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid });
    expect(await readdir(folder)).toEqual(['db.lock']);
  });

  it('LockFile takes over from a dead process whose pid is in use again', async () => {
    await leave({ pid: process.pid, birth: 'an earlier boot:1' });
    await expect(LockFile.acquire(path)).resolves.toBeInstanceOf(LockFile);
  });

  it('LockFile takes over a file that a crash of the machine has emptied', async () => {
    await writeFile(path, '');
    await expect(LockFile.acquire(path)).resolves.toBeInstanceOf(LockFile);
  });

  it('LockFile does not judge a process of another host', async () => {
    await leave({ pid: await deadPid(), host: 'elsewhere' });
    await expect(LockFile.acquire(path)).rejects.toMatchObject({ holder: { host: 'elsewhere' } });
  });

  it('takes over although another process died in the middle of a take-over', async () => {
    const pid = await deadPid();
    await leave({ pid });
    const right = `${path}.${TOKEN}.taken-over`;
    await writeFile(
      right,
      JSON.stringify({ pid, host: hostname(), birth: null, since: SINCE, token: TOKEN }),
    );
    await LockFile.acquire(path);
    expect(await readdir(folder)).toEqual(['db.lock']);
  });

  it('looks again before it replaces the lock, in case another process has taken over meanwhile', async () => {
    const pid = await deadPid();
    await leave({ pid });
    const quicker = { ...currentProcess(), since: SINCE, token: TOKEN.replaceAll('0', '1') };
    const attempt = LockFile.acquire(path, (holder) => {
      if (holder.pid !== pid) return isRunning(holder);
      writeFileSync(path, JSON.stringify(quicker));
      return false;
    });
    await expect(attempt).rejects.toMatchObject({ holder: quicker });
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(quicker);
  });

  it('LockFile does not remove the lock of a successor', async () => {
    const lock = await LockFile.acquire(path);
    await leave({ pid: process.pid });
    await lock.release();
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ token: TOKEN });
  });

  it('LockFile goes to exactly one of 20 processes that find the same dead holder', async () => {
    const pid = await deadPid();
    for (let round = 0; round < 20; round += 1) {
      await leave({ pid });
      const attempts = await Promise.allSettled(
        Array.from({ length: 20 }, () => LockFile.acquire(path)),
      );
      const winners = attempts.filter((attempt) => attempt.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      for (const attempt of attempts) {
        if (attempt.status === 'rejected') expect(attempt.reason).toBeInstanceOf(LockHeldError);
      }
      await winners[0]?.value.release();
      expect(await readdir(folder)).toEqual([]);
    }
  });
});
