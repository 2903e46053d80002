import { parseArgs } from 'node:util';
import { isNativeError } from 'node:util/types';

/** The seed is refused; the message is the one sentence that its user sees. */
export class SeedError extends Error {
  override readonly name = 'SeedError';
}

export interface LargeSetSize {
  readonly usuarios: number;
  readonly tareas: number;
}

const MAX_USUARIOS = 999_999;
const MAX_TAREAS = 99_999_999;
const USAGE = 'usage: npm run seed -- [--usuarios 10000 --tareas 1000000]';

/**
 * `undefined` = the demo data alone, otherwise the size of the large set beside it.
 * @throws SeedError with one sentence
 */
export function parseSeedArguments(words: readonly string[]): LargeSetSize | undefined {
  const { usuarios, tareas } = optionsOf(words);
  if (usuarios === undefined && tareas === undefined) return undefined;
  if (usuarios === undefined || tareas === undefined) {
    throw new SeedError(`--usuarios and --tareas go together (${USAGE}).`);
  }
  return {
    usuarios: wholeNumber('--usuarios', usuarios, MAX_USUARIOS),
    tareas: wholeNumber('--tareas', tareas, MAX_TAREAS),
  };
}

function optionsOf(words: readonly string[]) {
  try {
    const options = { usuarios: { type: 'string' }, tareas: { type: 'string' } } as const;
    return parseArgs({ args: [...words], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    // Node's sentence names the option; what may follow it is advice about another case.
    const reason = isNativeError(error) ? (error.message.split(/\.\s/)[0] ?? '') : String(error);
    throw new SeedError(`${reason.replace(/\.$/, '')} (${USAGE}).`);
  }
}

function wholeNumber(option: string, text: string, max: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= max) return number;
  throw new SeedError(
    `${option} must be a whole number from 1 to ${String(max)}, not "${text}" (${USAGE}).`,
  );
}
