import { openBentocache } from './bentocache.mjs';

export const settings =
  'bentocache 1.6.1, L1 + L2 + Redis bus, maxRetriesPerRequest 1, commandTimeout 5 s; deleteMany for patterns';

export const open = (setup) => openBentocache(setup, { localTier: true });
