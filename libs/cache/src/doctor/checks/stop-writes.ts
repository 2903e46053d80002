import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofServer } from '../examination.js';

/** A failed snapshot does not stop the cache. */
export const STOP_WRITES: Check<Examination, 'pass' | 'stopped'> = {
  id: 'stop-writes',
  problema: 1,
  title: {
    en: 'The server stores although it cannot write to its disk',
    es: 'El servidor guarda aunque no pueda escribir en su disco',
  },
  explains: ['no-proof', 'relay-missing', 'relay-lag', 'hit-ratio', 'refused-fills'],
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: 'It took a trial write.', es: 'Aceptó una escritura de prueba.' },
    },
    stopped: {
      severity: 'fail',
      seen: {
        en: 'It refuses writes (MISCONF) since a snapshot could not be saved.',
        es: 'Rechaza escrituras (MISCONF) desde que no pudo guardar una copia en disco.',
      },
      why: {
        en: 'Nothing can be stored or removed. A cache needs no copy on the disk; look for its cause all the same: a full disk, a folder without rights.',
        es: 'No se puede guardar ni borrar nada. Una caché no necesita copia en disco; busque igual la causa: disco lleno, carpeta sin permisos.',
      },
      fix: { run: '{cli} CONFIG SET stop-writes-on-bgsave-error no' },
    },
  },
  look: (x) => ofServer(x, ({ write }) => ({ variant: write === 'MISCONF' ? 'stopped' : 'pass' })),
};
