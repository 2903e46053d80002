import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { processesOf } from '../examination.js';

/** All processes run one version of the library. */
export const MIXED_VERSIONS: Check<Examination, 'pass' | 'mixed'> = {
  id: 'mixed-versions',
  problema: null,
  title: {
    en: 'All processes run the same version',
    es: 'Todos los procesos tienen la misma versión',
  },
  variants: {
    pass: { severity: 'pass', seen: { en: 'It is {versions}.', es: 'Es {versions}.' } },
    mixed: {
      severity: 'warn',
      seen: { en: 'They run {versions}.', es: 'Tienen {versions}.' },
      why: {
        en: 'Values that a later version stores may be misses in an earlier one. During a rolling update it passes by itself.',
        es: 'Los valores que guarda una versión posterior pueden ser MISS en una anterior. Durante un despliegue gradual pasa solo.',
      },
    },
  },
  look: (x) => {
    const versions = [...new Set(processesOf(x).map(({ version }) => version))].sort();
    if (versions.length === 0) return 'no_figures';
    const names = { versions: versions.join(', ') };
    return { variant: versions.length > 1 ? 'mixed' : 'pass', names };
  },
};
