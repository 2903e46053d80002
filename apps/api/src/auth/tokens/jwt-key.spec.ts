import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JwtKey } from './jwt-key.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'gad-jwt-key-')), 'made', 'when-needed');
});
afterEach(() => rm(join(dataDir, '..', '..'), { recursive: true, force: true }));

async function load(secret?: string): Promise<string> {
  const jwt = { secret, issuer: 'i', audience: 'a', accessTtlSeconds: 1, refreshTtlSeconds: 1 };
  const { value } = await JwtKey.load({ dataDir, jwt });
  expect(value.type).toBe('secret');
  return value.export().toString('latin1');
}

describe('the JWT key', () => {
  it('the JWT key is JWT_SECRET when that is set, and no file is made', async () => {
    const secret = 'a secret of the operator, long enough';
    expect(await load(secret)).toBe(secret);
    await expect(readdir(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('the JWT key stays a secret key when JWT_SECRET looks like a public one', async () => {
    const pem = '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n';
    expect(await load(pem)).toBe(pem);
  });

  it('the JWT key is made once, random, and kept for the owner’s eyes only', async () => {
    const first = await load();
    expect(Buffer.byteLength(first)).toBeGreaterThanOrEqual(32);
    expect(await load()).toBe(first);
    const path = join(dataDir, 'jwt-secret');
    expect((await readFile(path, 'utf8')).trim()).toBe(first);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await rm(path);
    expect(await load()).not.toBe(first);
  });

  it('the JWT key is the same for all processes that start at the same time, and no draft is left', async () => {
    const secrets = await Promise.all(Array.from({ length: 20 }, () => load()));
    expect(new Set(secrets).size).toBe(1);
    expect(await readdir(dataDir)).toEqual(['jwt-secret']);
  });

  it('the JWT key is not made from a file without a secret: the start stops with a sentence', async () => {
    await load();
    for (const content of ['', '\n\n', 'too short']) {
      await writeFile(join(dataDir, 'jwt-secret'), content);
      await expect(load()).rejects.toThrow(
        /jwt-secret holds no secret of at least 32 bytes: remove the file/,
      );
    }
  });
});
