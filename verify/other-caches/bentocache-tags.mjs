import { openBentocache } from './bentocache.mjs';

export const settings =
  'bentocache 1.6.1, L1 + L2 + Redis bus, a tag for each usuario; deleteByTag for patterns';

export const open = (setup) => openBentocache(setup, { localTier: true, tags: true });
