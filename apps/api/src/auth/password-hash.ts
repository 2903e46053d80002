import { hash, verify } from '@node-rs/argon2';

/** Argon2id (the library's default kind) at the cost that OWASP's password storage sheet names. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** A hash of a random value that nobody knows: what a password of nobody is compared with. */
const NOBODY =
  '$argon2id$v=19$m=19456,t=2,p=1$5+YLbUXO9RGnFBpogErB+w$ehconpA2EN+bNDBQ7x/j4yRMlXeSk4AiDPfYaatZoX4';

/** Resolves with the PHC text for `usuarios.password_hash`: about 20 ms of one core and 19 MiB. */
export async function hashPassword(password: string): Promise<string> {
  return hash(canonical(password), COST);
}

/** Whether the password belongs to the hash. @throws Error when the hash is not one */
export async function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  return verify(passwordHash, canonical(password));
}

/** Takes as long as `verifyPassword` and says no: for an e-mail that nobody has. */
export async function verifyPasswordOfNobody(password: string): Promise<false> {
  await verifyPassword(NOBODY, password);
  return false;
}

/** Keyboards disagree on how to compose `ñ` or `é`: NIST SP 800-63B asks for one form. */
const canonical = (password: string): string => password.normalize('NFKC');
