import { Glob } from '@gad/cache/store';
import type { DomainEvent } from '../events/domain-events.js';
import { CACHED_VIEWS, type CachedView } from './cached-views.js';
import { INVALIDATION_MAP, knownStalePatterns } from './invalidation.map.js';

/** What a key belongs to. */
export interface KeyView {
  readonly name: string;
  readonly pattern: string;
  /** Names of the events that invalidate it. */
  readonly events: readonly string[];
}

/** A number that stands for a parameter in the key of a view. */
const STAND_IN = 1_000_000_007;
const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/;

const VIEWS = CACHED_VIEWS.map((view) => ({ view, glob: new Glob(patternOf(view)) }));

/** The cached view that has keys like this one. */
export function viewOf(key: string): KeyView | null {
  const bytes = Buffer.from(key);
  const found = VIEWS.find(({ glob }) => glob.matches(bytes));
  if (found === undefined) return null;
  const { view, glob } = found;
  return { name: view.title, pattern: glob.source, events: eventsOf(key) };
}

function patternOf({ key, parameters }: CachedView): string {
  const names = key(...parameters.map((_, at) => STAND_IN + at));
  return parameters.reduce((name, _, at) => name.replace(String(STAND_IN + at), '*'), names);
}

/** The events that make a key stale if they name the ids that are in it. */
function eventsOf(key: string): string[] {
  const bytes = Buffer.from(key);
  const ids = key.match(/\d+/g) ?? [];
  const [sesionId = 'none'] = UUID.exec(key) ?? [];
  return Object.keys(INVALIDATION_MAP).filter((name) =>
    ids.some((id) => {
      const usuarioId = Number(id);
      const [delegadoUsuarioId, fromUsuarioId, toUsuarioId] = [usuarioId, usuarioId, usuarioId];
      const data = { usuarioId, delegadoUsuarioId, fromUsuarioId, toUsuarioId, sesionId };
      // It has the ids of every event.
      const patterns = knownStalePatterns({ name, data } as unknown as DomainEvent) ?? [];
      return patterns.some((pattern) => new Glob(pattern).matches(bytes));
    }),
  );
}
