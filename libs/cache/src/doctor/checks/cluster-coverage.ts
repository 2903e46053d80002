import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofInfo } from '../examination.js';

/** One lost master takes only its own shards with it. */
export const CLUSTER_COVERAGE: Check<Examination, 'pass' | 'full'> = {
  id: 'cluster-coverage',
  problema: 1,
  title: {
    en: 'One lost master does not stop the others',
    es: 'Un maestro perdido no detiene a los demás',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'cluster-require-full-coverage is no.',
        es: 'cluster-require-full-coverage es no.',
      },
    },
    full: {
      severity: 'warn',
      seen: {
        en: 'cluster-require-full-coverage is yes.',
        es: 'cluster-require-full-coverage es yes.',
      },
      why: {
        en: 'While one slot has no master the node refuses every key, so nothing is cached.',
        es: 'Mientras un slot no tiene maestro el nodo rechaza toda clave, así que no se guarda nada.',
      },
      fix: { run: '{cli} CONFIG SET cluster-require-full-coverage no' },
    },
  },
  look: (x) =>
    ofInfo(x, (field, { fullCoverage }) => {
      if (field('cluster_enabled') !== '1') return 'no_cluster';
      if (fullCoverage === undefined) return 'hidden';
      return { variant: fullCoverage ? 'full' : 'pass' };
    }),
};
