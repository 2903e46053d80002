import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CacheService, CacheUnavailableError } from '@gad/cache';
import type { Fleet, HistoryRange, Snapshot } from '@gad/cache/store';
import { countersOf, Glob, heaviest, RecentHistory } from '@gad/cache/store';
import { Roles } from '../auth/roles.decorator.js';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { DoctorService } from '../doctor/doctor.service.js';
import { Problem } from '../problems/problem.js';
import { NoQueryPipe } from '../validation/no-query.pipe.js';
import {
  figuresOf,
  figuresOfProcess,
  namespacesOf,
  provedAt,
  quantilesOf,
  sumOf,
} from './cache-figures.js';
import * as dto from './cache-figures.dto.js';
import { CacheJournalDto, JournalQueryDto } from './cache-journal.dto.js';
import { entryDto, pointDto, processDto, windowDto } from './cache-figures.presenter.js';

const MINUTE = 60_000;
/** Points that one answer has at most. */
const MAX_POINTS = 1_000;
/** Entries that a filtered page of the journal looks at. */
const MAX_LOOKED_AT = 500;
const SHORT_HISTORY_MS = 120 * MINUTE;

/** What the cache has counted, of all processes together. Polled, so none of it is audited. */
@ApiTags('cache')
@ApiBearerAuth()
@ApiProblems('UNAUTHENTICATED', 'FORBIDDEN', 'VALIDATION_FAILED')
@Roles('admin')
@Controller('cache')
export class CacheFiguresController {
  /** Consoles ask for it every two seconds. */
  readonly #hour = new RecentHistory(60 * MINUTE);

  constructor(
    private readonly cache: CacheService,
    private readonly doctor: DoctorService,
  ) {}

  @Get('overview')
  @ApiOperation({
    operationId: 'getCacheOverview',
    summary: 'Figures of all processes together, in total and lately',
    description: 'Also when the store does not answer: then those of the answering process.',
  })
  @ApiOkResponse({ type: dto.CacheOverviewDto })
  async overview(@Query() { since }: dto.OverviewQueryDto): Promise<dto.CacheOverviewDto> {
    const now = Date.now();
    const asked = since === undefined ? [] : [Math.min(since.getTime(), now)];
    const ranges = asked.map((from) => rangeOf(from, now));
    // Sent to the server together.
    const [view, condition] = await Promise.all([
      this.#orSelf((fleet) => this.#hour.read(fleet, now, ...ranges)),
      this.doctor.condition(),
    ]);
    if ('self' in view)
      return {
        ...overviewOf('unavailable', [view.self], now),
        ...condition,
        totals: figuresOfProcess(view.self),
        windows: [],
      };
    return {
      ...overviewOf(this.cache.storeKind, view.processes, view.now),
      ...condition,
      totals: figuresOf(sumOf(view.totals.values())),
      windows: [
        ...[1, 5, 60].map((minutes) => {
          const from = now - minutes * MINUTE;
          return windowOf(this.#hour.since(from), from, now);
        }),
        ...asked.map((from) => windowOf(countersOf(view.history[0] ?? []), from, now)),
      ],
    };
  }

  @Get('history')
  @ApiOperation({
    operationId: 'getCacheHistory',
    summary: 'Figures over time',
    description: 'Slots of 10 seconds for two hours, and of 5 minutes for eight days.',
  })
  @ApiOkResponse({ type: dto.CacheHistoryDto })
  @ApiProblems('CACHE_UNAVAILABLE')
  async history(@Query() query: dto.HistoryQueryDto): Promise<dto.CacheHistoryDto> {
    const { step, namespace } = query;
    const to = query.to?.getTime() ?? Date.now();
    const from = query.from?.getTime() ?? to - (step === '10s' ? 60 : 1_440) * MINUTE;
    if (from > to) throw new Problem('VALIDATION_FAILED', 'from must not be after to');
    const { history } = await this.#fleet.read({ step, from, to });
    const slots = history[0] ?? [];
    const points = slots
      .slice(-MAX_POINTS)
      .map((slot) => pointDto(slot.at, figuresOf(countersOf([slot], namespace))));
    return { step, items: points };
  }

  @Get('namespaces')
  @ApiOperation({
    operationId: 'listCacheNamespaces',
    summary: 'Figures by namespace',
    description: 'Reads, why they miss, load times, and what the figures say should be changed.',
  })
  @ApiOkResponse({ type: dto.CacheNamespacesDto })
  @ApiProblems('CACHE_UNAVAILABLE')
  async namespaces(@Query(NoQueryPipe) _none: undefined): Promise<dto.CacheNamespacesDto> {
    return { items: namespacesOf(await this.#fleet.read()) };
  }

  @Get('hot')
  @ApiOperation({
    operationId: 'listHotCacheKeys',
    summary: 'The most read, the largest or the dearest keys of the live processes',
    description: 'From samples and bounded lists, so each figure has an error.',
  })
  @ApiOkResponse({ type: dto.CacheHotKeysDto })
  @ApiProblems('CACHE_UNAVAILABLE')
  async hot(@Query() { by, limit }: dto.HotQueryDto): Promise<dto.CacheHotKeysDto> {
    const { processes } = await this.#fleet.read();
    const top = heavyKeys(processes, by, limit);
    const found = await this.cache.describeMany(top.map(({ key }) => key));
    const items = top.map(({ key, figure, error }, at) => {
      const { ttl = null, bytes = null } = found[at] ?? {};
      return { key, figure, error, alive: found[at] !== undefined, ttl, bytes };
    });
    return { by, items };
  }

  @Get('fleet')
  @ApiOperation({
    operationId: 'listCacheProcesses',
    summary: 'Every process that uses the cache, with its state and figures',
    description: 'Also when the store does not answer: then the answering process alone.',
  })
  @ApiOkResponse({ type: dto.CacheFleetDto })
  async fleet(@Query(NoQueryPipe) _none: undefined): Promise<dto.CacheFleetDto> {
    const { id } = this.#fleet;
    const view = await this.#orSelf((fleet) => fleet.read());
    if ('self' in view) return { store: 'unavailable', items: [processDto(view.self, id)] };
    const items = view.processes.map((process) => processDto(process, id));
    return { store: this.cache.storeKind, items };
  }

  @Get('journal')
  @ApiOperation({
    operationId: 'listCacheJournal',
    summary: 'What happened to the cache, and why',
    description: 'Removals, refused fills, failures; with keys and patterns, never values.',
  })
  @ApiOkResponse({ type: CacheJournalDto })
  @ApiProblems('CACHE_PATTERN_INVALID', 'CACHE_UNAVAILABLE')
  async journal(@Query() query: JournalQueryDto): Promise<CacheJournalDto> {
    const { after, kind, cause, limit } = query;
    const glob = query.pattern === undefined ? undefined : new Glob(query.pattern);
    const isFiltered = kind !== undefined || cause !== undefined || glob !== undefined;
    const looked = isFiltered ? MAX_LOOKED_AT : limit + 1;
    const entries = await this.#fleet.journal(after, looked);
    const matching = entries.filter(
      (entry) =>
        (kind === undefined || entry.kind === kind) &&
        (cause === undefined || entry.cause === cause) &&
        (glob === undefined || glob.matches(Buffer.from(entry.subject ?? ''))),
    );
    const items = matching.slice(0, limit);
    // A page that has looked at as many as it may goes on behind the last of them.
    const last = matching.length > limit ? items.at(-1) : entries.at(-1);
    const more = matching.length > limit || entries.length >= looked;
    return { items: items.map(entryDto), next_cursor: more ? (last?.id ?? null) : null };
  }

  get #fleet(): Fleet {
    const { fleet } = this.cache;
    if (fleet !== undefined) return fleet;
    throw new Problem('CACHE_UNAVAILABLE', 'This cache keeps no figures');
  }

  /** What `read` gives, or this process alone while the store does not answer. */
  async #orSelf<T extends object>(
    read: (fleet: Fleet) => Promise<T>,
  ): Promise<T | { readonly self: Snapshot }> {
    const fleet = this.#fleet;
    try {
      return await read(fleet);
    } catch (error) {
      if (!(error instanceof CacheUnavailableError)) throw error;
      return { self: fleet.self() };
    }
  }
}

/** Slots of 10 seconds while they reach, else of 5 minutes. */
function rangeOf(from: number, now: number): HistoryRange {
  const step = now - from <= SHORT_HISTORY_MS ? '10s' : '5m';
  return { step, from, to: now + MINUTE };
}

function windowOf(counters: ReadonlyMap<string, number>, from: number, now: number): dto.WindowDto {
  return windowDto(Math.round((now - from) / 1_000), figuresOf(counters));
}

function overviewOf(
  store: string,
  processes: readonly Snapshot[],
  now: number,
): Omit<dto.CacheOverviewDto, 'totals' | 'windows' | 'findings' | 'server'> {
  const proofs = processes.map(({ fresh }) => fresh).filter((fresh) => fresh !== null);
  const proved = provedAt(processes);
  return {
    store,
    at: new Date(now).toISOString(),
    processes: processes.length,
    fresh: proofs.length === 0 ? null : proofs.every(Boolean),
    proof_at: proved === null ? null : new Date(proved).toISOString(),
    relay: processes.find(({ relay }) => relay === 'leading')?.id ?? null,
    pending_removals: processes.reduce((sum, one) => sum + one.pending_removals, 0),
    load_ms: quantilesOf(processes.flatMap(({ loads }) => Object.values(loads))),
    store_ms: quantilesOf(processes.map(({ calls }) => calls)),
  };
}

interface HeavyKey {
  readonly key: string;
  readonly figure: number;
  readonly error: number;
}

function heavyKeys(
  processes: readonly Snapshot[],
  by: dto.HotQueryDto['by'],
  limit: number,
): HeavyKey[] {
  if (by === 'bytes') {
    const sizes = new Map(processes.flatMap(({ large }) => large));
    return [...sizes]
      .sort(([, a], [, b]) => b - a)
      .slice(0, limit)
      .map(([key, figure]) => ({ key, figure, error: 0 }));
  }
  const parts = processes.map((process) => (by === 'reads' ? process.hot : process.dear));
  return heaviest(parts, limit).map(({ key, weight, error }) => {
    // Of a sample: two standard deviations beside what the bounded lists have dropped.
    const sampling = by === 'reads' ? 2 * Math.sqrt(64 * weight) : 0;
    return { key, figure: Math.round(weight), error: Math.ceil(error + sampling) };
  });
}
