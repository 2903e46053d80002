/** Loaded with the first password: a native program. */
const argon2 = (): Promise<typeof import('@node-rs/argon2')> => import('@node-rs/argon2');

/** Argon2id (the library's default kind) at the cost that OWASP's password storage sheet names. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** The hash of a discarded random value: what is compared for an e-mail that no usuario has. */
export const UNKNOWABLE_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$5+YLbUXO9RGnFBpogErB+w$ehconpA2EN+bNDBQ7x/j4yRMlXeSk4AiDPfYaatZoX4';

/** Resolves with the PHC text for `usuarios.password_hash`: about 20 ms of one core and 19 MiB. */
export async function hashPassword(password: string): Promise<string> {
  return (await argon2()).hash(canonicalPassword(password), COST);
}

/** Whether the password belongs to the hash. @throws Error when the hash is not one */
export async function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  return (await argon2()).verify(passwordHash, canonicalPassword(password));
}

/** Keyboards disagree on how to compose `ñ` or `é`: NIST SP 800-63B asks for one form. */
export const canonicalPassword = (password: string): string => password.normalize('NFKC');
