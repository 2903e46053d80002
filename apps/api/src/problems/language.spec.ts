import { describe, expect, it } from '@jest/globals';
import { languageOf } from './language.js';

describe('languageOf', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['es', 'es'],
    ['ES-ar', 'es'],
    ['es-419, en;q=0.9', 'es'],
    ['en, es', 'en'],
    ['es;q=0.5, en;q=0.8', 'en'],
    ['de, es;q=0.3', 'es'],
    ['de', 'en'],
    ['*', 'en'],
    ['es;q=0', 'en'],
    ['es;q=2', 'en'],
    ['es;q=x, en', 'en'],
    ['est, en', 'en'],
    [`${'x,'.repeat(5_000)}es`, 'en'],
  ])('Accept-Language: %s → %s', (header, language) => {
    expect(languageOf(header)).toBe(language);
  });
});
