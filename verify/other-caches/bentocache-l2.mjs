import { openBentocache } from './bentocache.mjs';

export const settings =
  'bentocache 1.6.1, L2 only, maxRetriesPerRequest 1, commandTimeout 5 s; deleteMany for patterns';

export const open = (setup) => openBentocache(setup, {});
