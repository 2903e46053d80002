import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofInfo } from '../examination.js';

/** The scripts need Redis 6.2, a Cluster 7.0. */
export const STORE_VERSION: Check<Examination, 'pass' | 'old' | 'untested'> = {
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
    untested: {
      severity: 'warn',
      seen: {
        en: 'It is {version}, in a Cluster.',
        es: 'Es {version}, en un Cluster.',
      },
      why: {
        en: 'Nothing was tried on a Cluster below 7.0: update its nodes one by one.',
        es: 'Nada se probó en un Cluster anterior a 7.0: actualice sus nodos uno a uno.',
      },
    },
  },
  look: (x) =>
    ofInfo(x, (field) => {
      const version = field('redis_version');
      if (version === '') return 'hidden';
      const [major = 0, minor = 0] = version.split('.').map(Number);
      const isOld = major < 6 || (major === 6 && minor < 2);
      const isUntested = major < 7 && field('cluster_enabled') === '1';
      return { variant: isOld ? 'old' : isUntested ? 'untested' : 'pass', names: { version } };
    }),
};
