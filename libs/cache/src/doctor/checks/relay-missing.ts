import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { processesOf } from '../examination.js';

/** One process applies the log of events. */
export const RELAY_MISSING: Check<Examination, 'pass' | 'missing'> = {
  id: 'relay-missing',
  problema: 1,
  title: {
    en: 'A process applies the log of events',
    es: 'Un proceso aplica el registro de eventos',
  },
  explains: ['no-proof', 'hit-ratio'],
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: 'It is {example}.', es: 'Es {example}.' },
    },
    missing: {
      severity: 'fail',
      seen: {
        en: 'None of {processes} can: they cannot read the log, or not write to the store.',
        es: 'Ninguno de {processes} puede: no pueden leer el registro, o no escribir en el almacén.',
      },
      why: {
        en: 'Without it nothing is proved to be fresh, and the source answers every read.',
        es: 'Sin él nada está probado al día, y la fuente contesta cada lectura.',
      },
    },
  },
  look: (x) => {
    const known = processesOf(x).filter(({ relay }) => relay !== null);
    if (known.length === 0) return x.fleet === undefined ? 'no_figures' : 'no_log';
    const leader = known.find(({ relay }) => relay === 'leading');
    if (leader !== undefined) {
      return { variant: 'pass', names: { example: `${leader.host}, pid ${leader.pid}` } };
    }
    // Between two leaders all follow.
    if (known.some(({ relay }) => relay === 'following')) {
      return { variant: 'pass', names: { example: '…' } };
    }
    return { variant: 'missing', figures: { processes: known.length } };
  },
};
