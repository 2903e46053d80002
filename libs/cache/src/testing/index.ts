export { MemoryStore } from '../store/memory/memory-store.js';
export { storeContract } from './store-contract.js';
export type { TestRunner } from './store-contract.js';
