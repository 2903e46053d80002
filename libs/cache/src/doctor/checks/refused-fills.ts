import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { percent, recentCounts } from '../examination.js';

const FEW_LOADS = 20;
const SHARE = 0.2;

/** What is loaded is stored. */
export const REFUSED_FILLS: Check<Examination, 'pass' | 'many'> = {
  id: 'refused-fills',
  problema: 2,
  title: { en: 'Loaded values are stored', es: 'Los valores cargados se guardan' },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'Few fills were refused in five minutes.',
        es: 'En cinco minutos se rechazaron pocos.',
      },
    },
    many: {
      severity: 'warn',
      seen: {
        en: '{refused} of {loads} values of {example} were not stored, {refused_percent} %: they were invalidated while they loaded.',
        es: '{refused} de {loads} valores de {example} no se guardaron, el {refused_percent} %: se invalidaron mientras se cargaban.',
      },
      why: {
        en: 'That keeps old values out, and also means that writes come faster than loads: make the load shorter, or the invalidation narrower.',
        es: 'Eso evita valores viejos, y también dice que las escrituras llegan más rápido que las cargas: acorte la carga, o invalide menos.',
      },
    },
  },
  look: (x) => {
    if (x.fleet === undefined) return 'no_figures';
    for (const [example, counts] of recentCounts(x)) {
      const [loads, refused] = [counts('load'), counts('refused_invalidated')];
      if (loads < FEW_LOADS || refused < SHARE * loads) continue;
      const figures = { loads, refused, refused_percent: percent(refused / loads) };
      return { variant: 'many', figures, names: { example } };
    }
    return { variant: 'pass' };
  },
};
