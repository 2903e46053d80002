import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { Environment, NUMERIC_VARIABLES, VARIABLES } from './environment.js';

/** The start is stopped by this error; its message is the one sentence that the operator sees. */
export class ConfigurationError extends Error {
  constructor(
    readonly variable: string,
    reason: string,
  ) {
    super(`${variable} ${reason}.`);
    this.name = 'ConfigurationError';
  }
}

/**
 * Reads the known variables out of `source` and checks them.
 * @throws ConfigurationError for the first variable that is wrong.
 */
export function parseEnvironment(source: Readonly<Record<string, unknown>>): Environment {
  const known: Record<string, unknown> = {};
  for (const name of VARIABLES) {
    const text = source[name];
    if (typeof text === 'string' && text.trim() !== '') known[name] = text.trim();
  }
  for (const name of NUMERIC_VARIABLES) {
    const text = known[name];
    // Number('') is 0 and Number('0x10') is 16: only plain decimal digits are a number here.
    if (typeof text === 'string' && /^-?\d{1,15}$/.test(text)) known[name] = Number(text);
  }
  const environment = plainToInstance(Environment, known);
  const [error] = validateSync(environment, { stopAtFirstError: true });
  if (error) {
    const [reason = 'is not valid'] = Object.values(error.constraints ?? {});
    throw new ConfigurationError(error.property, withValue(error.property, error.value, reason));
  }
  return environment;
}

/** Repeats the wrong value, unless it may hold a secret. */
function withValue(name: string, value: unknown, reason: string): string {
  const printable = typeof value === 'number' || (typeof value === 'string' && value.length <= 40);
  return printable && !/SECRET|PASSWORD|TOKEN|URL/.test(name)
    ? `${reason} (it is ${JSON.stringify(value)})`
    : reason;
}
