import { hash, verify } from '@node-rs/argon2';
import { DEMO_PASSWORD } from './demo-usuarios.js';

/** Argon2id by default; a hash carries its own parameters, so any verifier accepts it. */
export function hashDemoPassword(): Promise<string> {
  return hash(DEMO_PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
}

/** Whether a usuario still has the password that is published. */
export function isDemoPassword(passwordHash: string): Promise<boolean> {
  return verify(passwordHash, DEMO_PASSWORD);
}
