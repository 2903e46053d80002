import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofServer } from '../examination.js';

const CONSEQUENCES = ['no-proof', 'relay-missing', 'relay-lag', 'hit-ratio', 'refused-fills'];

/** The server is the one that takes writes. */
export const READ_ONLY: Check<Examination, 'pass' | 'replica' | 'orphan'> = {
  id: 'read-only',
  problema: 1,
  title: { en: 'The server takes writes', es: 'El servidor acepta escrituras' },
  explains: CONSEQUENCES,
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: 'It is no replica.', es: 'No es una réplica.' },
    },
    replica: {
      severity: 'fail',
      seen: {
        en: 'It is a replica of {master_host}:{master_port}.',
        es: 'Es una réplica de {master_host}:{master_port}.',
      },
      why: {
        en: 'Nothing can be stored or removed: connect to the master, or to Sentinel.',
        es: 'No se puede guardar ni borrar nada: conéctese al maestro, o a Sentinel.',
      },
      fix: { set: 'redis.address', to: '{master_host}:{master_port}' },
    },
    orphan: {
      severity: 'fail',
      seen: {
        en: 'It is a replica whose master {master_host}:{master_port} does not answer.',
        es: 'Es una réplica cuyo maestro {master_host}:{master_port} no responde.',
      },
      why: {
        en: 'Nothing can be stored or removed. If that master is gone for good, this server can take its place.',
        es: 'No se puede guardar ni borrar nada. Si ese maestro no vuelve, este servidor puede ocupar su lugar.',
      },
      fix: { run: '{cli} REPLICAOF NO ONE' },
    },
  },
  look: (x) =>
    ofServer(x, ({ info, write }) => {
      if (write !== 'READONLY' && info?.get('role') !== 'slave') return { variant: 'pass' };
      const [host = '?', port = '?'] = ['master_host', 'master_port'].map((name) =>
        info?.get(name),
      );
      const isUp = info?.get('master_link_status') === 'up';
      const names = { master_host: host, master_port: port };
      return { variant: isUp ? 'replica' : 'orphan', names };
    }),
};
