import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofServer } from '../examination.js';

/** Round trips that fit into the deadline: a miss takes several. */
const FIT = 2;
const WANTED = 4;

/** A read of the store fits into its deadline. */
export const ROUND_TRIP: Check<Examination, 'pass' | 'long'> = {
  id: 'round-trip',
  problema: 1,
  title: {
    en: 'A round trip to the server is short beside the deadline',
    es: 'Ir y volver del servidor es poco al lado del plazo',
  },
  explains: ['hit-ratio'],
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'A round trip takes {round_trip_ms} ms, the deadline is {deadline_ms} ms.',
        es: 'Ir y volver tarda {round_trip_ms} ms, el plazo es {deadline_ms} ms.',
      },
    },
    long: {
      severity: 'warn',
      seen: {
        en: 'A round trip takes {round_trip_ms} ms, the deadline is {deadline_ms} ms.',
        es: 'Ir y volver tarda {round_trip_ms} ms, el plazo es {deadline_ms} ms.',
      },
      why: {
        en: 'Reads run out of time and go to the source. Put the server nearer, or give them longer.',
        es: 'Las lecturas se quedan sin tiempo y van a la fuente. Acerque el servidor, o deles más tiempo.',
      },
      fix: { set: 'deadlineMs', to: '{wanted_ms}' },
    },
  },
  look: (x) =>
    ofServer(x, ({ roundTripMs }) => {
      if (roundTripMs === undefined) return 'hidden';
      const { deadlineMs } = x.settings;
      const figures = { round_trip_ms: roundTripMs, deadline_ms: deadlineMs };
      if (FIT * roundTripMs <= deadlineMs) return { variant: 'pass', figures };
      const wanted = Math.ceil((WANTED * roundTripMs) / 10) * 10;
      return { variant: 'long', figures: { ...figures, wanted_ms: wanted } };
    }),
};
