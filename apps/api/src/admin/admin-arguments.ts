import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { AdminError } from './admin-error.js';

const EMAIL = { email: { type: 'string' } } as const;
const OPTIONS = {
  create: { ...EMAIL, dni: EMAIL.email, nombre: EMAIL.email, apellido: EMAIL.email },
  'reset-password': EMAIL,
  unlock: EMAIL,
  list: {},
} as const;

export const USAGE = `usage: npm run admin -- create --email E [--nombre N] [--apellido A] [--dni D]
       npm run admin -- reset-password --email E
       npm run admin -- unlock --email E
       npm run admin -- list
In the image: docker compose run --rm api admin create --email E
The password is asked for on a terminal, and read from stdin otherwise.
Exit codes: 0 done, 1 refused, 2 the command line is wrong.`;

export type AdminCommand =
  | { readonly name: 'list' }
  | { readonly name: 'reset-password' | 'unlock'; readonly email: string }
  | { readonly name: 'create'; readonly fields: Readonly<Record<string, string>> };

/** What may be left out of a new admin, who can change it over the API. */
export const ADMIN_DEFAULTS = (): Record<'dni' | 'nombre' | 'apellido', string> => ({
  // A dni is unique among usuarios; a random one belongs to no person.
  dni: `ADMIN-${randomBytes(5).toString('hex').toUpperCase()}`,
  nombre: 'Administrador',
  apellido: 'GAD',
});

/** @throws AdminError with the exit code 2 */
export function parseAdminArguments(words: readonly string[]): AdminCommand {
  const [name = '', ...args] = words;
  if (!isCommand(name)) throw wrong(name === '' ? 'No command.' : `Unknown command ${name}.`);
  let values: Readonly<Record<string, unknown>>;
  try {
    ({ values } = parseArgs({ args, options: OPTIONS[name], strict: true }));
  } catch (error) {
    // Its own sentence repeats what was typed, which might be a password.
    const { code } = error as { code?: unknown }; // parseArgs throws errors with a code
    throw wrong(`${name} does not take these options (${String(code)}).`);
  }
  if (name === 'list') return { name };
  const { email } = values;
  if (typeof email !== 'string' || email === '') throw wrong(`${name} needs --email.`);
  // Only strings are declared.
  if (name === 'create') return { name, fields: { ...ADMIN_DEFAULTS(), ...values } };
  return { name, email };
}

const isCommand = (name: string): name is keyof typeof OPTIONS => Object.hasOwn(OPTIONS, name);

const wrong = (sentence: string): AdminError => new AdminError(`${sentence}\n${USAGE}`, 2);
