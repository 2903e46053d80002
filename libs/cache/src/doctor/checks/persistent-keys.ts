import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofServer, percent } from '../examination.js';

const SHARE = 0.5;
const MANY = 20;

/** Keys end by themselves. */
export const PERSISTENT_KEYS: Check<Examination, 'pass' | 'many'> = {
  id: 'persistent-keys',
  problema: 3,
  title: { en: 'Most keys have an expiry', es: 'La mayoría de las claves tiene vencimiento' },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: '{persistent} of {keys} keys looked at have none.',
        es: '{persistent} de {keys} claves vistas no lo tienen.',
      },
    },
    many: {
      severity: 'info',
      seen: {
        en: '{persistent} of {keys} keys looked at have none, {persistent_percent} %.',
        es: '{persistent} de {keys} claves vistas no lo tienen, el {persistent_percent} %.',
      },
      why: {
        en: 'Without ttl a value stays until it is removed or evicted: right for what never changes by itself.',
        es: 'Sin ttl un valor se queda hasta que se borra o se expulsa: está bien para lo que no cambia solo.',
      },
    },
  },
  look: (x) =>
    ofServer(x, ({ sample }) => {
      if (sample === undefined) return 'hidden';
      const [persistent, keys] = [sample.persistent, sample.keys.length];
      const figures = { persistent, keys };
      if (persistent < MANY || persistent < SHARE * keys) return { variant: 'pass', figures };
      const share = { persistent_percent: percent(persistent / keys) };
      return { variant: 'many', figures: { ...figures, ...share } };
    }),
};
