import { createSecretKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppConfig } from '../../config/app-config.js';
import { openDataFolder } from '../../config/data-folder.js';
import { ConfigurationError } from '../../config/parse-environment.js';

const FILE = 'jwt-secret';
const MIN_BYTES = 32;

/**
 * The key that signs and verifies access tokens, as a secret key and not as text: text that
 * happens to look like a PEM file would be taken for a public key.
 */
export class JwtKey {
  constructor(readonly value: KeyObject) {}

  /**
   * `JWT_SECRET`, or outside production the secret in the data folder, made when there is none.
   * @throws ConfigurationError when the file does not hold a secret
   */
  static async load(config: Pick<AppConfig, 'jwt' | 'dataDir'>): Promise<JwtKey> {
    const secret = config.jwt.secret ?? (await loadOrCreateSecret(config.dataDir));
    return new JwtKey(createSecretKey(Buffer.from(secret)));
  }
}

/** The same secret for every process over this folder, also for two that start at the same time. */
async function loadOrCreateSecret(dataDir: string): Promise<string> {
  const path = join(await openDataFolder(dataDir), FILE);
  const kept = await readSecret(path);
  if (kept !== undefined) return kept;

  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, `${randomBytes(48).toString('base64url')}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    });
    // Linking is the atomic step: the name appears with the whole content, or was there already.
    await link(draft, path).catch(ignoreExisting);
  } finally {
    await rm(draft, { force: true });
  }
  const secret = await readSecret(path);
  if (secret === undefined) throw new ConfigurationError(path, 'vanished while it was being read');
  return secret;
}

async function readSecret(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const secret = text.trim();
  if (Buffer.byteLength(secret) < MIN_BYTES) {
    throw new ConfigurationError(
      path,
      `holds no secret of at least ${String(MIN_BYTES)} bytes: remove the file, the next start makes a new one`,
    );
  }
  return secret;
}

function ignoreExisting(error: unknown): void {
  if (!hasCode(error, 'EEXIST')) throw error;
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
