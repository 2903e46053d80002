import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofInfo } from '../examination.js';

/** A master can be replaced. */
export const CLUSTER_REPLICA: Check<Examination, 'pass' | 'alone'> = {
  id: 'cluster-replica',
  problema: 1,
  title: {
    en: 'Each master of the Cluster has a replica',
    es: 'Cada maestro del Cluster tiene una réplica',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: 'Replicas: {replicas}.', es: 'Réplicas: {replicas}.' },
    },
    alone: {
      severity: 'warn',
      seen: { en: 'No replica follows it.', es: 'Ninguna réplica lo sigue.' },
      why: {
        en: 'When it is lost, its shards are answered by the source until it is back.',
        es: 'Si se pierde, a sus shards responde la fuente hasta que vuelva.',
      },
    },
  },
  look: (x) =>
    ofInfo(x, (field) => {
      if (field('cluster_enabled') !== '1') return 'no_cluster';
      if (field('role') !== 'master' || field('connected_slaves') === '') return 'hidden';
      const replicas = Number(field('connected_slaves'));
      return replicas === 0 ? { variant: 'alone' } : { variant: 'pass', figures: { replicas } };
    }),
};
