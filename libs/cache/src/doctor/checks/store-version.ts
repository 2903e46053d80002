import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofInfo } from '../examination.js';

/** The scripts need Redis 6.2. */
export const STORE_VERSION: Check<Examination, 'pass' | 'old'> = {
  id: 'store-version',
  problema: null,
  title: { en: 'The server is Redis 6.2 or later', es: 'El servidor es Redis 6.2 o posterior' },
  variants: {
    pass: { severity: 'pass', seen: { en: 'It is {version}.', es: 'Es {version}.' } },
    old: {
      severity: 'fail',
      seen: { en: 'It is {version}.', es: 'Es {version}.' },
      why: {
        en: 'The scripts use commands of 6.2: what needs them fails.',
        es: 'Los scripts usan comandos de 6.2: lo que los necesita falla.',
      },
    },
  },
  look: (x) =>
    ofInfo(x, (field) => {
      const version = field('redis_version');
      if (version === '') return 'hidden';
      const [major = 0, minor = 0] = version.split('.').map(Number);
      const isOld = major < 6 || (major === 6 && minor < 2);
      return { variant: isOld ? 'old' : 'pass', names: { version } };
    }),
};
