import type { ModulesContainer } from '@nestjs/core';
import { UNANNOUNCED } from '../engine/open-transaction.js';

type Probe = () => boolean;

/**
 * Finds the transaction libraries of an application whose open transactions can be seen from
 * outside, so that a removal before the commit of one that was not announced is reported.
 *
 * @returns ends the watch
 */
export function watchTransactions(container: ModulesContainer): () => void {
  const probes = [...container.values()]
    .flatMap(({ providers }) => [...providers.values()])
    .flatMap(({ instance }) => probeOf(instance) ?? []);
  for (const probe of probes) UNANNOUNCED.add(probe);
  return () => {
    for (const probe of probes) UNANNOUNCED.delete(probe);
  };
}

function probeOf(instance: unknown): Probe | undefined {
  if (typeof instance !== 'object' || instance === null) return undefined;
  const name = instance.constructor?.name;
  // `@nestjs-cls/transactional`
  if (name === 'TransactionHost' && 'isTransactionActive' in instance) {
    const host = instance as { isTransactionActive(): boolean }; // a method of that class
    return () => host.isTransactionActive();
  }
  if (name !== 'DataSource') return undefined;
  // `typeorm-transactional` makes `manager` an accessor that gives the manager of the transaction.
  const managed = Object.getOwnPropertyDescriptor(instance, 'manager');
  if (managed?.get === undefined) return undefined;
  const source = instance as { readonly manager: unknown };
  const outside = source.manager;
  return () => source.manager !== outside;
}
