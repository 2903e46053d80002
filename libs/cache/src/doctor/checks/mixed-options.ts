import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { processesOf } from '../examination.js';

/** All processes have the same options. */
export const MIXED_OPTIONS: Check<Examination, 'pass' | 'mixed'> = {
  id: 'mixed-options',
  problema: null,
  title: {
    en: 'All processes have the same options',
    es: 'Todos los procesos tienen las mismas opciones',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: '{processes} processes agree.', es: '{processes} procesos coinciden.' },
    },
    mixed: {
      severity: 'warn',
      seen: {
        en: 'There are {kinds} kinds of options among {processes} processes; {example} differs from most.',
        es: 'Hay {kinds} clases de opciones entre {processes} procesos; {example} difiere de la mayoría.',
      },
      why: {
        en: 'They share the keys and not how they read them: one compresses, waits or serves stale values where others do not. During a rolling update it passes by itself.',
        es: 'Comparten las claves y no cómo las leen: uno comprime, espera o sirve valores vencidos donde otros no. Durante un despliegue gradual pasa solo.',
      },
    },
  },
  look: (x) => {
    const processes = processesOf(x);
    if (processes.length === 0) return 'no_figures';
    const counts = new Map<string, number>();
    for (const { options } of processes) counts.set(options, (counts.get(options) ?? 0) + 1);
    const figures = { processes: processes.length, kinds: counts.size };
    if (counts.size === 1) return { variant: 'pass', figures };
    const [rarest] = [...counts].sort(([, a], [, b]) => a - b)[0] ?? [''];
    const one = processes.find(({ options }) => options === rarest);
    const names = { example: `${one?.host ?? ''}, pid ${one?.pid ?? ''}` };
    return { variant: 'mixed', figures, names };
  },
};
