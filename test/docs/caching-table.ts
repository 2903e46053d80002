import { Glob } from '@gad/cache/store';
import type { CachedView } from '../../apps/api/src/cache-invalidation/cached-views.js';
import { CACHED_VIEWS } from '../../apps/api/src/cache-invalidation/cached-views.js';
import { INVALIDATION_MAP } from '../../apps/api/src/cache-invalidation/invalidation.map.js';
import type { DomainEventName, DomainEvents } from '../../apps/api/src/events/domain-events.js';
import { markdownTable } from './generated-page.js';

/** One event of each kind; every number in it is another, so that what reacts to which shows. */
const SAMPLES: { readonly [Name in DomainEventName]: DomainEvents[Name] } = {
  'tarea.created': { tareaId: 101, delegadoUsuarioId: 102 },
  'tarea.updated': { tareaId: 101, delegadoUsuarioId: 102 },
  'tarea.reassigned': { tareaId: 101, fromUsuarioId: 102, toUsuarioId: 103 },
  'tarea.status_changed': {
    tareaId: 101,
    delegadoUsuarioId: 102,
    from: 'programada',
    to: 'en_curso',
  },
  'tarea.deleted': { tareaId: 101, delegadoUsuarioId: 102 },
  'tareas.loaded': { source: 'demo' },
  'usuario.created': { usuarioId: 102 },
  'usuario.updated': { usuarioId: 102 },
  'usuario.role_changed': { usuarioId: 102, from: 'usuario', to: 'admin' },
  'usuario.deleted': { usuarioId: 102 },
  'sesion.ended': { usuarioId: 102, sesionId: '900001' },
  'sesion.renewed': { usuarioId: 102, sesionId: '900001' },
  'sesiones.ended': { usuarioId: 102 },
  'principals.changed': { usuarioId: 102 },
};

/** A number that stands for a parameter while a key is turned into its template. */
const placeholder = (index: number): number => 900_000 + index;

/** The table of cached views, in Markdown, out of the code that does the caching. */
export function cachingTable(views: readonly CachedView[] = CACHED_VIEWS): string {
  const rows = views.map((view) => [
    `${view.title}<br>\`${view.route}\``,
    `\`${keyTemplate(view)}\``,
    lifetime(view),
    invalidatedBy(view).join('<br>') || 'nothing but its TTL',
  ]);
  return markdownTable([['Cached view', 'Key', 'TTL', 'Invalidated by'], ...rows]);
}

function keyTemplate({ parameters, key }: CachedView): string {
  return parameters.reduce(
    (text, name, index) => text.replace(String(placeholder(index)), `{${name}}`),
    key(...parameters.map((_, index) => placeholder(index))),
  );
}

function lifetime({ ttl, negativeTtl }: CachedView): string {
  return `${ttl} s` + (negativeTtl === undefined ? '' : `; ${negativeTtl} s when there is none`);
}

/** For each event, the fields of it that name an entry of the view which the event removes. */
function invalidatedBy(view: CachedView): string[] {
  // The maker of the type has listed every name.
  const names = Object.keys(SAMPLES) as DomainEventName[];
  return names.flatMap((name) => {
    const fields = removedFields(name, view);
    return fields.length === 0 ? [] : [`\`${name}\` (${fields.join(', ')})`];
  });
}

function removedFields<Name extends DomainEventName>(name: Name, view: CachedView): string[] {
  const sample: DomainEvents[Name] = SAMPLES[name];
  const globs = INVALIDATION_MAP[name](sample).map((pattern) => new Glob(pattern));
  const removes = (first: number): boolean => {
    const others = view.parameters.slice(1).map((_, index) => placeholder(index + 1));
    const key = Buffer.from(view.key(first, ...others));
    return globs.some((glob) => glob.matches(key));
  };
  // An entry of a number that the event does not hold.
  if (removes(placeholder(0))) return ['every one'];
  return Object.entries(sample)
    .filter(([, value]) => typeof value === 'number' && removes(value))
    .map(([field]) => field);
}
