import type { CacheStore, KeySelection } from '@gad/cache/store';
import type { RemovalOptions } from '../../src/store/cache-store.js';
import { Gates } from './gates.js';

const GATED = [
  'read',
  'readMany',
  'readWithLife',
  'acquire',
  'fill',
  'release',
  'write',
  'discard',
] as const;

/**
 * A store whose calls go through gates, named like the methods; removals that await no
 * acknowledgements are `removeWithoutAcks`.
 */
export function gatedStore<T extends CacheStore>(store: T): { store: T; gates: Gates } {
  const gates = new Gates();
  const gated = new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      if (name === 'remove') {
        return (selection: KeySelection, options: RemovalOptions = {}) => {
          const call = options.awaitAcks === false ? 'removeWithoutAcks' : 'remove';
          return gates.pass(call, () => target.remove(selection, options));
        };
      }
      const bound = member.bind(target) as (...args: unknown[]) => Promise<unknown>;
      const method = GATED.find((candidate) => candidate === name);
      if (method === undefined) return bound;
      return (...args: unknown[]) => gates.pass(method, () => bound(...args));
    },
  });
  return { store: gated, gates };
}
