import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { countsSince, recentCounts } from '../examination.js';

const SLOW_MS = 500;
const FEW_LOADS = 10;

/** A caller does not wait long because a value has expired. */
export const SLOW_LOADS: Check<Examination, 'pass' | 'slow'> = {
  id: 'slow-loads',
  problema: 2,
  title: {
    en: 'Slow loads run before the value expires',
    es: 'Las cargas lentas corren antes de que venza el valor',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'No namespace loads for half a second on average, or it refreshes early.',
        es: 'Ningún espacio de nombres carga medio segundo de media, o renueva antes.',
      },
    },
    slow: {
      severity: 'warn',
      seen: {
        en: '{example} loaded {loads} times in five minutes, {mean_ms} ms on average, each while callers waited.',
        es: '{example} cargó {loads} veces en cinco minutos, {mean_ms} ms de media, cada vez con alguien esperando.',
      },
      why: {
        en: 'With earlyRefresh or staleWhileRevalidate among the options of the read, a background refresh does it.',
        es: 'Con earlyRefresh o staleWhileRevalidate entre las opciones de la lectura, lo hace una renovación en segundo plano.',
      },
    },
  },
  look: (x) => {
    if (x.fleet === undefined) return 'no_figures';
    for (const [example, counts] of recentCounts(x)) {
      const loads = counts('load') - counts('load_failed');
      const mean = counts('load_ms') / loads;
      const isRefreshed = countsSince(x, example)('put_refresh') > 0;
      if (loads < FEW_LOADS || mean < SLOW_MS || isRefreshed) continue;
      return {
        variant: 'slow',
        figures: { loads, mean_ms: Math.round(mean) },
        names: { example },
      };
    }
    return { variant: 'pass' };
  },
};
