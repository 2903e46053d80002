import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CacheService } from '@gad/cache';
import { Doctor, DoctorWatch, type Diagnosis } from '@gad/cache/engine';
import {
  diagnosisInWords,
  lastFindings,
  unlessUnavailable,
  type DoctorLanguage,
} from '@gad/cache/store';
import { AppConfig } from '../config/app-config.js';
import { cacheOptions } from '../config/cache-options.js';
import { Database } from '../database/database.js';
import { API_CHECKS } from './api-checks.js';
import { databaseFacts } from './database-facts.js';
import { doctorDto } from './doctor.presenter.js';
import type { CacheServerDto, DoctorDto, FindingCountsDto } from './doctor.dto.js';
import { Kept } from './kept.js';
import { settingText } from './setting-text.js';

const KEPT_MS = 5_000;

/** What an overview shows of the doctor and the server. */
export interface CacheCondition {
  /** Of the last look; `null` before the first. */
  readonly findings: FindingCountsDto | null;
  /** `null` without a server, or without an answer. */
  readonly server: CacheServerDto | null;
}

/** Says what is wrong with the cache, now and once a minute. */
@Injectable()
export class DoctorService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #doctor: Doctor;
  readonly #watch: DoctorWatch;
  readonly #diagnosis = new Kept(KEPT_MS, () => this.#diagnose());
  readonly #condition = new Kept(KEPT_MS, () => this.#lookAtServer());

  constructor(
    private readonly cache: CacheService,
    private readonly database: Database,
    private readonly config: AppConfig,
  ) {
    const logger = new Logger('Doctor');
    this.#doctor = new Doctor(cache, { cache: cacheOptions(config), warn: config.doctor });
    this.#watch = new DoctorWatch({
      cache,
      diagnose: () => this.#diagnosis.fresh(),
      logger: {
        notice: (message) => {
          logger.log(message);
        },
        warn: (message) => {
          logger.warn(message);
        },
      },
      setting: settingText(config),
    });
  }

  onApplicationBootstrap(): void {
    this.#watch.start();
  }

  /** Before the cache closes. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#watch.stop();
  }

  /** All findings, at most five seconds old. Never throws because of a server. */
  async findings(language: DoctorLanguage): Promise<DoctorDto> {
    const diagnosis = await this.#diagnosis.get();
    const texts = diagnosisInWords(diagnosis, language, settingText(this.config));
    return doctorDto(diagnosis.examination.at, language, texts);
  }

  /** For an overview: at most five seconds old. Costs two store calls at most. */
  condition(): Promise<CacheCondition> {
    return this.#condition.get();
  }

  /** Of this process's last look; `undefined` in a process whose turn it was not. Costs nothing. */
  get lastFindings(): FindingCountsDto | undefined {
    return this.#watch.findings;
  }

  /** Looks at once if it is this process's turn, as happens once a minute. */
  look(): Promise<void> {
    return this.#watch.look();
  }

  async #diagnose(): Promise<Diagnosis> {
    const facts = await databaseFacts(this.database, this.config);
    return this.#doctor.diagnose((cache) => ({ checks: API_CHECKS, facts: { ...facts, cache } }));
  }

  async #lookAtServer(): Promise<CacheCondition> {
    const { store } = this.cache;
    const [found, info] = await Promise.all([
      store.server === undefined ? this.#watch.findings : unlessUnavailable(lastFindings(store)),
      store.server?.info(),
    ]);
    return {
      findings: found ?? null,
      server: info === undefined ? null : serverDto(info, store.server?.place.database ?? 0),
    };
  }
}

function serverDto(info: ReadonlyMap<string, string>, database: number): CacheServerDto {
  const figure = (name: string): number | null => {
    const text = info.get(name);
    return text === undefined ? null : Number(text);
  };
  return {
    memory_bytes: figure('used_memory'),
    // 0 stands for none.
    memory_limit_bytes: figure('maxmemory') === 0 ? null : figure('maxmemory'),
    evictions: figure('evicted_keys'),
    // A database without keys is not listed.
    keys: Number(/keys=(\d+)/.exec(info.get(`db${String(database)}`) ?? '')?.[1] ?? 0),
  };
}
