import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { countsSince, namesIn, percent } from '../examination.js';

const FEW_VALUES = 20;
/** A value is stored compressed if that saves as much. */
const WORTH = 0.1;

/** Compressing is worth its time. */
export const COMPRESSION_VAIN: Check<Examination, 'pass' | 'vain'> = {
  id: 'compression-vain',
  problema: null,
  title: { en: 'Compression saves memory', es: 'La compresión ahorra memoria' },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'Nothing of {compress_from} bytes or more was compressed in vain.',
        es: 'Nada de {compress_from} bytes o más se comprimió en vano.',
      },
    },
    vain: {
      severity: 'warn',
      seen: {
        en: 'Of {values} values of {example}, {mean_kb} kB each, it saved {saved_percent} %.',
        es: 'De {values} valores de {example}, de {mean_kb} kB cada uno, ahorró el {saved_percent} %.',
      },
      why: {
        en: 'Each of them was compressed, which takes about as long as making its JSON, and stored as it was.',
        es: 'Cada uno se comprimió, lo que tarda como hacer su JSON, y se guardó como estaba.',
      },
      fix: { set: 'compression.threshold', to: '{wanted}' },
    },
  },
  look: (x) => {
    const { compressFrom } = x.settings;
    if (x.fleet === undefined) return 'no_figures';
    if (compressFrom === undefined) return 'switched_off';
    for (const example of namesIn(x.fleet.totals)) {
      const counts = countsSince(x, example);
      const values = counts('put_fill') + counts('put_refresh') + counts('put_set');
      const [stored, saved] = [counts('stored_bytes'), counts('saved_bytes')];
      const mean = stored / values;
      const isVain =
        values >= FEW_VALUES && mean >= compressFrom && saved < WORTH * (stored + saved);
      if (!isVain) continue;
      const figures = {
        values,
        mean_kb: Math.round(mean / 1024),
        saved_percent: percent(saved / (stored + saved)),
        wanted: 0,
      };
      return { variant: 'vain', figures, names: { example } };
    }
    return { variant: 'pass', figures: { compress_from: compressFrom } };
  },
};
