import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { createCache } from '@gad/cache';
import { Doctor } from '@gad/cache/engine';
import { diagnosisInWords, silentLog } from '@gad/cache/store';
import { AppConfigModule } from '../config/app-config.module.js';
import type { AppConfig } from '../config/app-config.js';
import { PLACES } from '../cache-invalidation/cached-views.js';
import { cacheOptions } from '../config/cache-options.js';
import { ConfigurationError } from '../config/parse-environment.js';
import { openDatabase } from '../database/open-database.js';
import { isDatabaseUnavailable } from '../database/unavailable.js';
import { startFailure } from '../start-failure.js';
import { API_CHECKS } from './api-checks.js';
import { databaseFacts, type DatabaseFacts } from './database-facts.js';
import { DoctorUsageError, parseDoctorArguments, USAGE } from './doctor-arguments.js';
import { doctorLines } from './doctor-lines.js';
import { doctorDto } from './doctor.presenter.js';
import { settingText } from './setting-text.js';

const EMBEDDED =
  'The embedded database is used by the API, or there is none yet: GET /api/v1/cache/doctor of the running API says more.';

/** The facts of the database; `undefined` of an embedded one that another process has. */
async function lookAtDatabase(config: AppConfig): Promise<DatabaseFacts | undefined> {
  const { database, dataDir } = config;
  const isEmbedded = database.url === undefined;
  if (isEmbedded && !existsSync(join(dataDir, 'db', 'PG_VERSION'))) return undefined;
  try {
    const opened = await openDatabase({ dataDir, database: { ...database, migrate: isEmbedded } });
    try {
      return await databaseFacts(opened, config);
    } finally {
      await opened.close();
    }
  } catch (error) {
    const isKnown = error instanceof ConfigurationError || isDatabaseUnavailable(error);
    if (!isKnown) throw error;
    if (isEmbedded) return undefined;
    const unknown = { clockAheadMs: 0, polled: false, log: undefined };
    const { retentionHours } = config.events;
    return { kind: 'postgres', refusal: startFailure(error), retentionHours, ...unknown };
  }
}

/** Resolves with the exit code. */
async function main(words: readonly string[]): Promise<number> {
  const { locale } = Intl.DateTimeFormat().resolvedOptions();
  const { help, json, lang } = parseDoctorArguments(words, locale);
  if (help) {
    console.log(USAGE);
    return 0;
  }
  // stdout is for the findings.
  Logger.overrideLogger(false);
  const { config } = await AppConfigModule.load();
  const options = { ...cacheOptions(config), places: PLACES };
  const facts = await lookAtDatabase(config);
  // No process of the fleet: it reports nothing, keeps no copies and applies no log.
  const cache = createCache({ ...options, analytics: false, local: undefined }, silentLog);
  try {
    await cache.open();
    const doctor = new Doctor(cache, { cache: options, warn: config.doctor });
    const diagnosis = await doctor.diagnose(
      facts && ((x) => ({ checks: API_CHECKS, facts: { ...facts, cache: x } })),
    );
    const texts = diagnosisInWords(diagnosis, lang, settingText(config));
    const answer = doctorDto(diagnosis.examination.at, lang, texts);
    if (facts === undefined) console.error(EMBEDDED);
    console.log(json ? JSON.stringify(answer, null, 2) : doctorLines(answer).join('\n'));
    if (answer.summary.fail > 0) return 2;
    return answer.summary.warn > 0 ? 1 : 0;
  } finally {
    await cache.close();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof DoctorUsageError ? error.message : startFailure(error));
  process.exitCode = 2;
}
