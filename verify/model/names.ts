/** The prefix of the modelled caches. */
export const PREFIX = 'gad:';

/** Their key index, and the channel of leases that ended. */
export const INDEX = `${PREFIX}\0index`;
export const CHANNEL = `${PREFIX}\0awake:0`;
export const CURSOR = `${PREFIX}\0cursor`;
