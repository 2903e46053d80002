/** The prefix of the modelled caches. */
export const PREFIX = 'gad:';

/** Where they look for their index, and hear of leases that ended. */
export const INDEX = `${PREFIX}\0index`;
export const CHANNEL = `${PREFIX}\0awake:0`;
