import { DEMO_PASSWORD } from './demo-usuarios.js';

/** Argon2id by default; a hash carries its own parameters, so any verifier accepts it. */
export async function hashDemoPassword(): Promise<string> {
  const { hash } = await import('@node-rs/argon2');
  return hash(DEMO_PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
}

/** Whether a usuario still has the password that is published. */
export async function isDemoPassword(passwordHash: string): Promise<boolean> {
  const { verify } = await import('@node-rs/argon2');
  return verify(passwordHash, DEMO_PASSWORD);
}
