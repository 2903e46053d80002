import { readsOf } from '../../observe/miss-shares.js';
import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { FEW_READS, ofServer, recentCounts } from '../examination.js';

/** A hit is faster than a load. */
export const NO_SAVING: Check<Examination, 'pass' | 'none'> = {
  id: 'no-saving',
  problema: 2,
  title: { en: 'A hit saves time', es: 'Un HIT ahorra tiempo' },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'No namespace loads faster than a round trip to Redis, {round_trip_ms} ms.',
        es: 'Ningún espacio de nombres carga más rápido que ir y volver de Redis, {round_trip_ms} ms.',
      },
    },
    none: {
      severity: 'info',
      seen: {
        en: '{example} loads in {mean_ms} ms on average, a round trip to Redis takes {round_trip_ms} ms.',
        es: '{example} carga en {mean_ms} ms de media, ir y volver de Redis tarda {round_trip_ms} ms.',
      },
      why: {
        en: 'Caching it makes it slower, unless it takes load from the database.',
        es: 'Guardarlo lo hace más lento, salvo que alivie a la base de datos.',
      },
    },
  },
  look: (x) =>
    ofServer(x, ({ roundTripMs }) => {
      if (x.fleet === undefined) return 'no_figures';
      if (roundTripMs === undefined) return 'hidden';
      for (const [example, counts] of recentCounts(x)) {
        const loads = counts('load') - counts('load_failed');
        const mean = counts('load_ms') / loads;
        if (loads < 1 || readsOf(counts) < FEW_READS || mean >= roundTripMs) continue;
        const figures = { mean_ms: Math.round(mean * 10) / 10, round_trip_ms: roundTripMs };
        return { variant: 'none', figures, names: { example } };
      }
      return { variant: 'pass', figures: { round_trip_ms: roundTripMs } };
    }),
};
