export { CacheTestingModule } from './cache-testing.module.js';
export type { CacheTestingOptions } from './cache-testing.module.js';
export { FakeClock } from './fake-clock.js';
export { storeContract } from './store-contract.js';
export type { TestRunner } from './store-contract.js';
