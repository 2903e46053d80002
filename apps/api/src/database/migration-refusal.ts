import { ConfigurationError } from '../config/parse-environment.js';
import { causesOf } from './causes.js';

/** SQLSTATE that a migration raises when an operator has to decide about existing rows. */
const REFUSED = 'GAD01';

/**
 * Awaits the migrations, and turns a refusal about existing rows into the one sentence of the start.
 * @param variable that names the database
 * @throws ConfigurationError; every other error untouched
 */
export async function migrating(variable: string, migrations: Promise<void>): Promise<void> {
  try {
    await migrations;
  } catch (error) {
    const sentence = refusalIn(error);
    if (sentence === undefined) throw error;
    throw new ConfigurationError(
      variable,
      `names a database that cannot be brought up to date: ${sentence}`,
    );
  }
}

function refusalIn(error: unknown): string | undefined {
  for (const { code, message } of causesOf(error)) {
    if (code === REFUSED && typeof message === 'string') return message;
  }
  return undefined;
}
