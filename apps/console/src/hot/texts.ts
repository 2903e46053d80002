import { count, percent, points } from '../i18n/format.js';
import { defineTexts } from '../i18n/texts.js';

export const hotTexts = defineTexts(
  {
    title: 'Calientes y grandes',
    about:
      'Qué claves se leen más, cuáles ocupan más y cuáles cuesta más cargar; y qué convendría cambiar.',
    by: 'Ordenar por',
    bys: { reads: 'Más leídas', bytes: 'Más grandes', load_ms: 'Más costosas' },
    keys: 'Claves',
    hint: {
      reads: 'Lecturas de los procesos vivos, de una muestra.',
      bytes: 'Los valores más grandes que guardaron los procesos vivos.',
      load_ms: 'Tiempo total de carga en los procesos vivos.',
    },
    key: 'Clave',
    figure: { reads: 'Lecturas', bytes: 'Bytes', load_ms: 'Tiempo de carga' },
    error: (shown: string) => `± ${shown}`,
    size: 'Tamaño',
    ttl: 'Vida restante',
    gone: 'Ya no está',
    forever: 'Sin caducidad',
    none: 'Todavía no hay claves que destacar',
    noneHint: 'Cuando haya lecturas, aquí aparecerán las claves que más pesan.',
    namespaces: 'Por grupo de claves',
    namespacesHint:
      'Totales de todos los procesos; p50 y p99, de los procesos vivos desde que arrancaron.',
    namespace: 'Grupo',
    reads: 'Lecturas',
    ratio: 'Aciertos',
    load: 'Carga p50 · p99',
    stored: 'Guardado',
    saved: 'Ahorrado',
    advice: 'Consejo',
    noAdvice: 'Nada que cambiar',
    advices: {
      longer_ttl: (share: number, gain: number) =>
        `El ${percent(share)} de lo caducado se vuelve a pedir antes de otro TTL: con el doble, hasta ${points(gain)} puntos.`,
      more_memory: (share: number, gain: number) =>
        `El ${percent(share)} de los fallos son expulsiones: con más memoria, hasta ${points(gain)} puntos.`,
      fewer_variants: (share: number, gain: number) =>
        `El ${percent(share)} de los fallos son primeras lecturas: demasiadas variantes de clave. Hasta ${points(gain)} puntos.`,
      narrower_invalidation: (share: number, gain: number) =>
        `El ${percent(share)} de los fallos son invalidaciones: un patrón más estrecho daría hasta ${points(gain)} puntos.`,
      bypassed: (share: number) =>
        `El ${percent(share)} de las lecturas no usó el store: falta la prueba o el store no responde.`,
    },
    readsOf: (n: number) => count(n),
  },
  {
    title: 'Hot and big',
    about:
      'Which keys are read most, which are the largest, which are the dearest to load; and what would be worth changing.',
    by: 'Order by',
    bys: { reads: 'Most read', bytes: 'Largest', load_ms: 'Dearest' },
    keys: 'Keys',
    hint: {
      reads: 'Reads of the live processes, from a sample.',
      bytes: 'The largest values that the live processes have stored.',
      load_ms: 'Total load time in the live processes.',
    },
    key: 'Key',
    figure: { reads: 'Reads', bytes: 'Bytes', load_ms: 'Load time' },
    error: (shown: string) => `± ${shown}`,
    size: 'Size',
    ttl: 'Time to live',
    gone: 'Not there any more',
    forever: 'Without expiry',
    none: 'No key stands out yet',
    noneHint: 'As soon as there are reads, the heaviest keys appear here.',
    namespaces: 'By namespace',
    namespacesHint: 'Totals of all processes; p50 and p99 of the live ones since they started.',
    namespace: 'Namespace',
    reads: 'Reads',
    ratio: 'Hit ratio',
    load: 'Load p50 · p99',
    stored: 'Stored',
    saved: 'Saved',
    advice: 'Advice',
    noAdvice: 'Nothing to change',
    advices: {
      longer_ttl: (share: number, gain: number) =>
        `${percent(share)} of what expired is asked for again within one TTL: twice the TTL gives up to ${points(gain)} points.`,
      more_memory: (share: number, gain: number) =>
        `${percent(share)} of the misses are evictions: more memory gives up to ${points(gain)} points.`,
      fewer_variants: (share: number, gain: number) =>
        `${percent(share)} of the misses are first reads: too many variants of a key. Up to ${points(gain)} points.`,
      narrower_invalidation: (share: number, gain: number) =>
        `${percent(share)} of the misses are invalidations: a narrower pattern gives up to ${points(gain)} points.`,
      bypassed: (share: number) =>
        `${percent(share)} of the reads did not use the store: there is no proof, or the store does not answer.`,
    },
    readsOf: (n: number) => count(n),
  },
);
