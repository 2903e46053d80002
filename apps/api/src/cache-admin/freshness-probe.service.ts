import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { CacheService } from '@gad/cache';
import type { Fleet, Snapshot } from '@gad/cache/store';
import { databaseUnavailable } from '../database/unavailable.js';
import { RequestLimits } from '../rate-limit/request-limits.js';
import type { FreshnessProbeDto, ProbedProcessDto } from './freshness-probe.dto.js';

/** Between two probes of all processes together. */
const PAUSE_MS = 5_000;
const WITHIN_MS = 2_000;
/** For the other processes, which report once a second. */
const REPORTED_WITHIN_MS = 2_500;
const LOOK_EVERY_MS = 250;

/** Measures end to end how fresh the cache is. */
@Injectable()
export class FreshnessProbeService {
  constructor(
    private readonly cache: CacheService,
    private readonly limits: RequestLimits,
  ) {}

  /** @throws Problem RATE_LIMITED, DATABASE_UNAVAILABLE; CacheUnavailableError */
  async probe(): Promise<FreshnessProbeDto> {
    await this.limits.ofFleet('probe', PAUSE_MS, 'One probe in 5 seconds is enough');
    const at = Date.now();
    const probe = await this.cache.probeFreshness(WITHIN_MS).catch((error: unknown) => {
      throw databaseUnavailable(error);
    });
    const instant = new Date(at).toISOString();
    if (probe === null) {
      const nothing = { position: null, covered_after_ms: null, processes: [] };
      return { applicable: false, at: instant, ...nothing };
    }
    const { position, coveredAfterMs } = probe;
    const coveredMs = coveredAfterMs === null ? null : Math.ceil(coveredAfterMs);
    const { fleet } = this.cache;
    const processes = fleet === undefined ? [] : await this.#processes(fleet, at, coveredMs);
    return {
      ...{ applicable: true, position, at: instant },
      ...{ covered_after_ms: coveredMs, processes },
    };
  }

  /** Waits until every live process has said that it is proved to have what was committed by `at`. */
  async #processes(fleet: Fleet, at: number, ownMs: number | null): Promise<ProbedProcessDto[]> {
    const proved = new Map<string, number>();
    if (ownMs !== null) proved.set(fleet.id, ownMs);
    for (;;) {
      const { processes } = await fleet.read();
      for (const process of processes) {
        const isNew = process.id !== fleet.id && !proved.has(process.id);
        if (isNew && isProved(process, at)) proved.set(process.id, process.reported_at - at);
      }
      const isDone = processes.every(({ id }) => id === fleet.id || proved.has(id));
      if (isDone || Date.now() - at > REPORTED_WITHIN_MS) {
        return processes.map(({ id, host, pid }) => {
          return { id, host, pid, proved_after_ms: proved.get(id) ?? null };
        });
      }
      await delay(LOOK_EVERY_MS);
    }
  }
}

/** By its report: what was committed longer ago than the age of its proof is applied. */
function isProved(
  { fresh, proof_age_ms: ageMs, reported_at: reportedAt }: Snapshot,
  at: number,
): boolean {
  return fresh === true && ageMs !== null && reportedAt - ageMs >= at;
}
