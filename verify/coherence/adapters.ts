import type { AdapterRecipe, AdapterSetup, CacheAdapter } from './adapter.js';
import { TTL_SECONDS } from './adapter.js';
import {
  gad,
  gadLocal,
  gadLocalBarrier,
  gadScan,
  gadSetByHand,
  gadSwr,
  gadToken,
  gadWarming,
} from './own-adapters.js';
import { gadCluster, rawCluster } from './cluster-adapters.js';
import { raw } from './raw-adapter.js';

const OWN: readonly AdapterRecipe[] = [
  ...[gad, gadScan, gadSwr, gadLocal, gadLocalBarrier, gadToken],
  ...[gadWarming, gadSetByHand, raw],
  ...[gadCluster, rawCluster],
];

/** Names of the modules in the rivals' package, which has dependencies of its own. */
export const RIVALS = [
  'bentocache-l2',
  'bentocache-bus',
  'bentocache-tags',
  'cacheable',
  'cache-manager',
] as const;

const ADAPTER_NAMES: readonly string[] = [...OWN.map(({ name }) => name), ...RIVALS];

const RIVALS_FOLDER = new URL('../other-caches/', import.meta.url);

/** @throws Error when there is no such adapter */
export async function recipeOf(name: string): Promise<AdapterRecipe> {
  const own = OWN.find((recipe) => recipe.name === name);
  if (own !== undefined) return own;
  const rival = RIVALS.find((candidate) => candidate === name);
  if (rival === undefined) {
    throw new Error(`There is no adapter ${name}; there are ${ADAPTER_NAMES.join(', ')}.`);
  }
  // Not known to the compiler, because the packages behind it need not be installed.
  const module = (await import(new URL(`${rival}.mjs`, RIVALS_FOLDER).href)) as RivalModule;
  const { settings, open } = module;
  return { name, settings, open: (setup) => open({ ...setup, ttlSeconds: TTL_SECONDS }) };
}

interface RivalModule {
  readonly settings: string;
  readonly open: (setup: AdapterSetup & { readonly ttlSeconds: number }) => Promise<CacheAdapter>;
}
