import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { codeOf } from './store-reachable.js';

/** The server accepts user and password. */
export const STORE_AUTHENTICATED: Check<Examination, 'pass' | 'refused'> = {
  id: 'store-authenticated',
  problema: 1,
  title: { en: 'Redis accepts the credentials', es: 'Redis acepta las credenciales' },
  explains: ['store-reachable', 'no-proof', 'relay-missing', 'relay-lag', 'hit-ratio'],
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: 'The user {user} may use it.', es: 'El usuario {user} puede usarlo.' },
    },
    refused: {
      severity: 'fail',
      seen: {
        en: 'It refuses the user {user} with {code}.',
        es: 'Rechaza al usuario {user} con {code}.',
      },
      why: {
        en: 'The cache is not used until user and password are those of the server.',
        es: 'La caché no se usa hasta que usuario y contraseña sean los del servidor.',
      },
    },
  },
  look: ({ place, server, outage }) => {
    if (place === undefined) return 'in_process';
    if (server !== undefined) return { variant: 'pass' };
    const code = codeOf(outage) ?? '';
    return /^(NOAUTH|WRONGPASS|NOPERM)$/.test(code)
      ? { variant: 'refused', names: { code } }
      : 'unreachable';
  },
};
