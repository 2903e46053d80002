/**
 * What the cache engine costs, beside the plain client in the same run.
 *
 *   node --import @swc-node/register/esm … is not needed: build first, then
 *   node bench/run.js cache-engine
 */
