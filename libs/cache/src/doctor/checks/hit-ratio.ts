import type { Counts } from '../../observe/miss-shares.js';
import { hitsOf, missSharesOf, readsOf } from '../../observe/miss-shares.js';
import { histogramSum } from '../../observe/snapshot.js';
import type { Check, Verdict } from '../check.js';
import type { Examination } from '../examination.js';
import { countsSince, FEW_READS, percent, processesOf, recentCounts } from '../examination.js';

type Cause = 'expired' | 'invalidated' | 'variants' | 'evicted' | 'bypassed' | 'unknown';

const WHY_LOW = {
  en: 'Most reads go to the database.',
  es: 'La mayoría de las lecturas va a la base de datos.',
} as const;

/** Most reads are answered by the cache; if not, why not, and by how much a change would help. */
export const HIT_RATIO: Check<Examination, 'pass' | Cause> = {
  id: 'hit-ratio',
  problema: 2,
  title: {
    en: 'Most reads are answered by the cache',
    es: 'La caché contesta la mayoría de las lecturas',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: '{hit_percent} % of {reads} reads of five minutes.',
        es: 'El {hit_percent} % de {reads} lecturas de cinco minutos.',
      },
    },
    expired: {
      severity: 'warn',
      seen: {
        en: '{hit_percent} % of {reads} reads of five minutes. {share_percent} % of the misses of {example} are of expired values, and {again_percent} % of those are asked for again within one ttl of {ttl_seconds} s: {wanted_seconds} s would give up to {gain_points} points.',
        es: 'El {hit_percent} % de {reads} lecturas de cinco minutos. El {share_percent} % de los MISS de {example} son valores vencidos, y el {again_percent} % de ellos se pide otra vez dentro de un ttl de {ttl_seconds} s: {wanted_seconds} s darían hasta {gain_points} puntos.',
      },
      why: WHY_LOW,
    },
    invalidated: {
      severity: 'warn',
      seen: {
        en: '{hit_percent} % of {reads} reads of five minutes. {share_percent} % of the misses of {example} are of removed values, which were read {hits_per_value} times before: up to {gain_points} points for removing less.',
        es: 'El {hit_percent} % de {reads} lecturas de cinco minutos. El {share_percent} % de los MISS de {example} son valores borrados, que antes se leyeron {hits_per_value} veces: hasta {gain_points} puntos por borrar menos.',
      },
      why: WHY_LOW,
    },
    variants: {
      severity: 'warn',
      seen: {
        en: '{hit_percent} % of {reads} reads of five minutes. {share_percent} % of the misses of {example} are of keys that were never stored, with {reads_per_key} reads a key: too many variants of parameters, or a cache that has just begun.',
        es: 'El {hit_percent} % de {reads} lecturas de cinco minutos. El {share_percent} % de los MISS de {example} son claves nunca guardadas, con {reads_per_key} lecturas por clave: demasiadas variantes de parámetros, o una caché recién empezada.',
      },
      why: WHY_LOW,
    },
    evicted: {
      severity: 'warn',
      seen: {
        en: '{hit_percent} % of {reads} reads of five minutes. {share_percent} % of the misses of {example} are of values that the server dropped before their ttl: up to {gain_points} points for more memory.',
        es: 'El {hit_percent} % de {reads} lecturas de cinco minutos. El {share_percent} % de los MISS de {example} son valores que el servidor descartó antes de su ttl: hasta {gain_points} puntos por más memoria.',
      },
      why: WHY_LOW,
    },
    bypassed: {
      severity: 'warn',
      seen: {
        en: '{hit_percent} % of {reads} reads of five minutes. {bypass_percent} % of those of {example} bypassed the cache: they asked to, or it had no proof of freshness or did not answer.',
        es: 'El {hit_percent} % de {reads} lecturas de cinco minutos. El {bypass_percent} % de las de {example} pasó de largo: lo pidieron así, o la caché no tenía prueba de estar al día o no respondía.',
      },
      why: WHY_LOW,
    },
    unknown: {
      severity: 'warn',
      seen: {
        en: '{hit_percent} % of {reads} reads of five minutes. Why {example} misses is not known yet.',
        es: 'El {hit_percent} % de {reads} lecturas de cinco minutos. Aún no se sabe por qué falla {example}.',
      },
      why: WHY_LOW,
    },
  },
  look: (x) => {
    if (x.fleet === undefined) return 'no_figures';
    const recent = [...recentCounts(x)];
    const reads = recent.reduce((sum, [, counts]) => sum + readsOf(counts), 0);
    const hits = recent.reduce((sum, [, counts]) => sum + hitsOf(counts), 0);
    if (reads < FEW_READS) return 'few_reads';
    const figures = { hit_percent: percent(hits / reads), reads };
    if (hits / reads >= x.settings.warn.hitRate) return { variant: 'pass', figures };
    const [worst] = recent.sort(([, a], [, b]) => unanswered(b) - unanswered(a));
    const [example, counts]: (typeof recent)[number] = worst ?? ['', () => 0];
    const cause = causeOf(x, example, counts);
    return { ...cause, figures: { ...figures, ...cause.figures }, names: { example } };
  },
};

const unanswered = (counts: Counts): number => counts('miss') + counts('bypass');

/** The cause of most misses of a namespace, with what would help. */
function causeOf(x: Examination, namespace: string, recent: Counts): Verdict<Cause> {
  const reads = readsOf(recent);
  const since = countsSince(x, namespace);
  const lateness = histogramSum(processesOf(x).map((process) => process.lateness[namespace]));
  const { share, gain, again } = missSharesOf(recent, since, lateness);
  if (recent('bypass') > recent('miss')) {
    return { variant: 'bypassed', figures: { bypass_percent: percent(share.bypass) } };
  }
  const { bypass: _, ...ofMisses } = share;
  const [cause, part] = largest(ofMisses);
  if (part === 0 || cause === 'unknown') return { variant: 'unknown' };
  const common = { share_percent: percent(part), gain_points: percent(gain[cause]) };
  if (cause === 'expired') {
    const seconds = lifetimeOf(since);
    const ttl = { ttl_seconds: seconds, wanted_seconds: 2 * seconds };
    return { variant: cause, figures: { ...common, ...ttl, again_percent: percent(again) } };
  }
  if (cause === 'evicted') return { variant: cause, figures: common };
  if (cause === 'invalidated') {
    const puts = since('put_fill') + since('put_refresh') + since('put_set');
    const hits = puts === 0 ? 0 : tenths(hitsOf(recent) / puts);
    return { variant: cause, figures: { ...common, hits_per_value: hits } };
  }
  const perKey = tenths(reads / since('cause_first'));
  return { variant: 'variants', figures: { ...common, reads_per_key: perKey } };
}

function largest<Name extends string>(shares: Readonly<Record<Name, number>>): [Name, number] {
  const pairs = Object.entries(shares) as [Name, number][]; // the names are those of the record
  return pairs.reduce((most, pair) => (pair[1] > most[1] ? pair : most));
}

/** The mean lifetime of what expired, in seconds. */
function lifetimeOf(since: Counts): number {
  const seconds = since('expired_ttl_ms') / since('cause_expired') / 1_000;
  // Lifetimes on the board are in tenths of a second, rounded down.
  return seconds < 10 ? tenths(seconds) : Math.round(seconds);
}

const tenths = (value: number): number => Math.round(value * 10) / 10;
