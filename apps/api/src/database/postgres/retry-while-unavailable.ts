import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { ConfigurationError } from '../../config/parse-environment.js';
import { causeOf, isParameterRefused, reasonOf } from '../database-cause.js';
import { isUnavailable } from '../unavailable.js';
import { dedicatedSettings, describeUrl } from './postgres-settings.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;

/** A URL with the variable that it comes from. */
export interface Place {
  readonly variable: 'DATABASE_URL' | 'DATABASE_DIRECT_URL';
  readonly url: string;
}

/**
 * Runs a step of the start, repeatedly while its failure may pass by itself.
 * @param retryForMs no longer than this, whatever the cause
 * @throws ConfigurationError, one sentence that names the variable and the cause
 */
export async function retryWhileUnavailable<T>(
  place: Place,
  retryForMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const begun = performance.now();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      const known = isUnavailable(error) || isParameterRefused(error);
      if (!known || error instanceof ConfigurationError) throw error;
      const { says, retryForMs: ownLimitMs = 0 } = causeOf(error);
      const waited = performance.now() - begun;
      if (waited + pause > Math.min(ownLimitMs, retryForMs)) throw unreachable(place, error);
      new Logger('Database').warn(
        `PostgreSQL at ${describeUrl(place.url)} ${says} (${reasonOf(error)}): trying again…`,
      );
      await sleep(pause);
    }
  }
}

/** The start's sentence for an error of the database. */
function unreachable({ variable, url }: Place, error: unknown): ConfigurationError {
  const { says, advice } = causeOf(error);
  return new ConfigurationError(
    variable,
    `names ${describeUrl(url)}, which ${says} (${reasonOf(error)}): ${advice}`,
  );
}

/** The driver reads the URL when a client is made: files that it names are read, too. */
export function assertReadable({ variable, url }: Place): void {
  try {
    void new pg.Client(dedicatedSettings(url));
  } catch (error) {
    throw new ConfigurationError(
      variable,
      `cannot be read (${reasonOf(error)}): special characters of the password have to be percent-encoded`,
    );
  }
}
