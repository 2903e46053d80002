import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { processesOf } from '../examination.js';

/** Every process may believe the store. */
export const NO_PROOF: Check<Examination, 'pass' | 'none'> = {
  id: 'no-proof',
  problema: 1,
  title: {
    en: 'Every process has proof that the cache is fresh',
    es: 'Cada proceso tiene prueba de que la caché está al día',
  },
  explains: ['hit-ratio'],
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: 'All {processes} have it.', es: 'La tienen los {processes}.' },
    },
    none: {
      severity: 'fail',
      seen: {
        en: '{unproved} of {processes} have none, such as {example}.',
        es: '{unproved} de {processes} no la tienen, como {example}.',
      },
      why: {
        en: 'Without proof nothing is served from the store: those processes ask the source for every read.',
        es: 'Sin prueba no se sirve nada del almacén: esos procesos piden cada lectura a la fuente.',
      },
    },
  },
  look: (x) => {
    const known = processesOf(x).filter(({ fresh }) => fresh !== null);
    if (known.length === 0) {
      if (x.freshness === null) return x.fleet === undefined ? 'no_figures' : 'no_log';
      if (x.freshness.fresh) return { variant: 'pass', figures: { processes: 1 } };
      const figures = { processes: 1, unproved: 1 };
      return { variant: 'none', figures, names: { example: `pid ${process.pid}` } };
    }
    const unproved = known.filter(({ fresh }) => fresh === false);
    const [one] = unproved;
    const processes = known.length;
    if (one === undefined) return { variant: 'pass', figures: { processes } };
    const names = { example: `${one.host}, pid ${one.pid}` };
    return { variant: 'none', figures: { processes, unproved: unproved.length }, names };
  },
};
