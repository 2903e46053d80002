import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const docs = fileURLToPath(new URL('../docs', import.meta.url));
const page = readFileSync(join(docs, 'glossary.md'), 'utf8');

/** The rows of the tables, without their heads: term, meaning, in the field, here. */
const rows = page
  .split('\n')
  .filter((line) => /^\| (?!---|Term )/.test(line))
  .map((line) => line.slice(2, -2).split(' | '));

/** Links of the form [`name`](path), relative to the page. */
function linksIn(text: string): { name: string; path: string }[] {
  return [...text.matchAll(/\[`([^`]+)`\]\((\.\.\/[^)]+)\)/g)].map(([, name, path]) => ({
    name: name ?? '',
    path: path ?? '',
  }));
}

function isNamed({ name, path }: { name: string; path: string }): boolean {
  return readFileSync(join(docs, path), 'utf8').includes(name);
}

describe('The glossary', () => {
  it('the glossary gives for each term a meaning in one sentence or two, its use in the field, and its place', () => {
    const incomplete = rows.filter((cells) => cells.length !== 4 || cells.includes(''));
    expect(incomplete).toEqual([]);
    expect(rows.filter(([, , , here]) => linksIn(here ?? '').length === 0)).toEqual([]);
    expect(rows.length).toBeGreaterThanOrEqual(60);
  });

  it('the glossary leads from each term to a file that has the name', () => {
    const lost = linksIn(page).filter((link) => !isNamed(link));
    expect(lost).toEqual([]);
  });

  it('the glossary would notice a name that has moved', () => {
    const [first] = linksIn(page);
    expect(isNamed({ name: 'ANameThatNoFileHas', path: first?.path ?? '' })).toBe(false);
  });

  it('the glossary has each term once', () => {
    const terms = rows.flatMap(([term]) => (term ?? '').split(', '));
    expect(terms.filter((term, at) => terms.indexOf(term) !== at)).toEqual([]);
  });
});
