import type { FleetEntry, Snapshot } from '@gad/cache/store';
import { figuresOfProcess } from './cache-figures.js';
import type {
  CacheProcessDto,
  FiguresDto,
  HistoryPointDto,
  WindowDto,
} from './cache-figures.dto.js';
import type { JournalEntryDto } from './cache-journal.dto.js';

/** A process as administrators see it. @param self the id of the process that answers */
export function processDto(snapshot: Snapshot, self: string): CacheProcessDto {
  const { copies } = snapshot;
  return {
    id: snapshot.id,
    self: snapshot.id === self,
    host: snapshot.host,
    pid: snapshot.pid,
    version: snapshot.version,
    uptime_seconds: snapshot.uptime_seconds,
    options: snapshot.options,
    rss_bytes: snapshot.rss_bytes,
    loop_late_ms: snapshot.loop_late_ms,
    circuit: snapshot.circuit,
    pending_removals: snapshot.pending_removals,
    loading: snapshot.loading,
    fresh: snapshot.fresh,
    proof_age_ms: snapshot.proof_age_ms,
    relay: snapshot.relay,
    event_lag_ms: snapshot.event_lag_ms,
    relay_events: snapshot.relay_events,
    dropped_reports: snapshot.dropped,
    omitted_entries: snapshot.omitted,
    copies: copies && {
      hits: copies.hits,
      entries: copies.entries,
      bytes: copies.bytes,
      flushes: copies.flushes,
      gaps: copies.gaps,
    },
    figures: figuresOfProcess(snapshot),
  };
}

/** The figures of the last so many seconds. */
export function windowDto(seconds: number, figures: FiguresDto): WindowDto {
  const { reads, hit_ratio, loads, failed_loads, load_ms_mean, saved_seconds } = figures;
  const { removed_keys, stored_bytes } = figures;
  return {
    ...{ seconds, reads, hit_ratio, loads, failed_loads, load_ms_mean, saved_seconds },
    ...{ removed_keys, stored_bytes },
  };
}

/** A slot of history. */
export function pointDto(at: number, figures: FiguresDto): HistoryPointDto {
  const { reads, hit_ratio, loads, load_ms_mean, removed_keys } = figures;
  return { at: new Date(at).toISOString(), reads, hit_ratio, loads, load_ms_mean, removed_keys };
}

/** An entry of the journal. */
export function entryDto(entry: FleetEntry): JournalEntryDto {
  const { id, at, process, kind, cause, subject, count, ms, what, because } = entry;
  return {
    id,
    at: new Date(at).toISOString(),
    process,
    kind,
    cause: cause ?? null,
    subject: subject ?? null,
    count: count ?? null,
    confirmed_ms: ms ?? null,
    what: what ?? null,
    event: because?.event ?? null,
    by: because?.by === undefined ? null : String(because.by),
    request: because?.request ?? null,
  };
}
