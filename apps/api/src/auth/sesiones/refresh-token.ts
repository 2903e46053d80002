import { createHash, randomBytes } from 'node:crypto';

/** A new opaque refresh token: 256 random bits as 43 characters of base64url. */
export const newRefreshToken = (): string => randomBytes(32).toString('base64url');

/**
 * What the database keeps of it. A plain SHA-256 is enough: 256 random bits cannot be guessed
 * from their hash, unlike a password.
 */
export const hashRefreshToken = (token: string): string =>
  createHash('sha256').update(token).digest('hex');
