import type { CacheStore } from '@gad/cache';
import { Gates } from './gates.js';

const GATED = [
  'read',
  'readTimed',
  'readMany',
  'readWhole',
  'acquire',
  'fill',
  'release',
  'write',
  'remove',
  'discard',
] as const;

/** A store whose calls go through gates, named like the methods. */
export function gatedStore<T extends CacheStore>(store: T): { store: T; gates: Gates } {
  const gates = new Gates();
  const gated = new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const bound = member.bind(target) as (...args: unknown[]) => Promise<unknown>;
      const method = GATED.find((candidate) => candidate === name);
      if (method === undefined) return bound;
      return (...args: unknown[]) => gates.pass(method, () => bound(...args));
    },
  });
  return { store: gated, gates };
}
