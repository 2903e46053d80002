/**
 * Injection token of the options, in a file of its own so that module and service do not import
 * each other.
 */
export const CACHE_MODULE_OPTIONS: unique symbol = Symbol('CACHE_MODULE_OPTIONS');
