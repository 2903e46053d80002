import { ConfigurationError } from '../config/parse-environment.js';

/** The code with which a migration says that somebody has to decide about rows that are there. */
const REFUSED = 'GAD01';
const MAX_CAUSES = 8;

/**
 * Runs the migrations, and stops the start with their own sentence when rows stand in their way.
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

/** Drizzle wraps what a driver throws. */
function refusalIn(error: unknown): string | undefined {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Object; depth += 1) {
    const { code, message, cause } = current as {
      code?: unknown;
      message?: unknown;
      cause?: unknown;
    }; // any object may have these: each one is checked before use
    if (code === REFUSED && typeof message === 'string') return message;
    current = cause;
  }
  return undefined;
}
