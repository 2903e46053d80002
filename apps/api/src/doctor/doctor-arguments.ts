import { parseArgs } from 'node:util';
import { DOCTOR_LANGUAGES, type DoctorLanguage } from '@gad/cache/store';

export const USAGE = `usage: npm run doctor -- [--json] [--lang en|es]
In the image: docker compose run --rm api doctor
It looks at the cache, its Redis and the database with the settings of the API, which may run or not.
Exit codes: 0 nothing is wrong, 1 warnings, 2 failures, or nothing could be looked at.`;

/** What `npm run doctor` is asked for. */
export interface DoctorArguments {
  readonly help: boolean;
  readonly json: boolean;
  readonly lang: DoctorLanguage;
}

/** What the operator can mend on the command line; its message is shown. */
export class DoctorUsageError extends Error {}

/**
 * @param locale of the machine, for the language unless one is given
 * @throws DoctorUsageError
 */
export function parseDoctorArguments(words: readonly string[], locale: string): DoctorArguments {
  const options = {
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
    lang: { type: 'string' },
  } as const;
  let values: { json?: boolean; help?: boolean; lang?: string };
  try {
    ({ values } = parseArgs({ args: [...words], options, strict: true }));
  } catch (error) {
    throw new DoctorUsageError(`${error instanceof Error ? error.message : ''}\n${USAGE}`);
  }
  const wanted = values.lang ?? (locale.startsWith('es') ? 'es' : 'en');
  const lang = DOCTOR_LANGUAGES.find((known) => known === wanted);
  if (lang === undefined) throw new DoctorUsageError(`--lang must be es or en.\n${USAGE}`);
  return { help: values.help === true, json: values.json === true, lang };
}
