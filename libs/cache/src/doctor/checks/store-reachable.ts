import type { Check } from '../check.js';
import type { Examination } from '../examination.js';

/** The store answers at all. */
export const STORE_REACHABLE: Check<Examination, 'pass' | 'lost' | 'silent'> = {
  id: 'store-reachable',
  problema: 1,
  title: { en: 'The Redis server answers', es: 'El servidor Redis responde' },
  explains: ['no-proof', 'relay-missing', 'relay-lag', 'hit-ratio'],
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: 'It answered in {round_trip_ms} ms.', es: 'Respondió en {round_trip_ms} ms.' },
    },
    lost: {
      severity: 'fail',
      seen: {
        en: 'The connection fails with {code}.',
        es: 'La conexión falla con {code}.',
      },
      why: {
        en: 'Every read goes to the source, and administrators can remove nothing.',
        es: 'Cada lectura va a la fuente, y los administradores no pueden borrar nada.',
      },
      fix: { run: '{start}' },
    },
    silent: {
      severity: 'fail',
      seen: { en: 'It gives no answer in time.', es: 'No responde a tiempo.' },
      why: {
        en: 'Every read goes to the source, and administrators can remove nothing.',
        es: 'Cada lectura va a la fuente, y los administradores no pueden borrar nada.',
      },
      fix: { run: '{start}' },
    },
  },
  look: ({ place, server, outage }) => {
    if (place === undefined) return 'in_process';
    if (server !== undefined) {
      return { variant: 'pass', figures: { round_trip_ms: server.roundTripMs ?? 0 } };
    }
    const code = codeOf(outage);
    return code === undefined ? { variant: 'silent' } : { variant: 'lost', names: { code } };
  },
};

/** The code in the reason of an outage: `ECONNREFUSED`, `WRONGPASS`. */
export function codeOf(outage: string | undefined): string | undefined {
  return /\b[A-Z][A-Z_]{3,}\b/.exec(outage ?? '')?.[0];
}
