import { shellWord } from '../../store/redis/server/server-place.js';
import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofServer } from '../examination.js';

/** The user may run what the scripts run. */
export const STORE_PERMISSIONS: Check<Examination, 'pass' | 'commands' | 'keys'> = {
  id: 'store-permissions',
  problema: 1,
  title: {
    en: 'The Redis user may run every command that the cache needs',
    es: 'El usuario de Redis puede ejecutar todo lo que la caché necesita',
  },
  explains: ['no-proof', 'relay-missing', 'hit-ratio'],
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'Nothing that was tried is forbidden.',
        es: 'Nada de lo probado está prohibido.',
      },
    },
    commands: {
      severity: 'fail',
      seen: {
        en: 'The user {user} may not run {commands}.',
        es: 'El usuario {user} no puede ejecutar {commands}.',
      },
      why: {
        en: 'What needs them fails, and the source answers instead.',
        es: 'Lo que los necesita falla, y contesta la fuente.',
      },
      fix: { run: '{cli} ACL SETUSER {user} {grants}' },
    },
    keys: {
      severity: 'fail',
      seen: {
        en: 'The user {user} may not use the keys of the prefix {prefix}.',
        es: 'El usuario {user} no puede usar las claves del prefijo {prefix}.',
      },
      why: {
        en: 'Nothing can be stored or read, so the source always answers.',
        es: 'No se puede guardar ni leer nada, así que siempre contesta la fuente.',
      },
      fix: { run: '{cli} ACL SETUSER {user} {keys} {channels}' },
    },
  },
  look: (x) =>
    ofServer(x, ({ forbidden, keysForbidden }) => {
      const { prefix } = x.settings;
      if (keysForbidden) {
        const names = {
          prefix,
          keys: shellWord(`~${prefix}*`),
          channels: shellWord(`&${prefix}*`),
        };
        return { variant: 'keys', names };
      }
      if (forbidden.length === 0) return { variant: 'pass' };
      const grants = forbidden.map((command) => shellWord(`+${command}`)).join(' ');
      const names = { commands: forbidden.join(', '), grants };
      return { variant: 'commands', figures: { commands: forbidden.length }, names };
    }),
};
