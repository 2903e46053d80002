import { describe, expect, it } from '@jest/globals';
import { MOST_DIALECT, proseOf, toBeRewritten } from './laws/prose-law.js';
import { repositoryFiles } from './laws/repository-files.js';

describe('the law for the language of comments and documents', () => {
  const areas = proseOf(repositoryFiles());

  it('has looked at prose in every area', () => {
    expect(areas.filter(({ words }) => words < 100)).toEqual([]);
  });

  it.each(areas.map((prose) => [prose.area || 'the root', prose] as const))(
    'holds in %s: processes have roles and states',
    (_name, { area, rate, hits }) => {
      const most = toBeRewritten[area] ?? MOST_DIALECT;
      expect({ rate, hits: rate > most ? hits : [] }).toEqual({
        rate: expect.any(Number),
        hits: [],
      });
    },
  );

  it('excuses only areas that exist', () => {
    const names = areas.map(({ area }) => area);
    expect(Object.keys(toBeRewritten).filter((area) => !names.includes(area))).toEqual([]);
  });

  it.each([
    ['a comment', 'a.ts', '/** Nobody is told. */', 2],
    ['a comment at the end of a line', 'a.ts', "const a = 'it''s'; // whoever hears it", 2],
    ['several words', 'a.md', 'For those\nwho wait. The store is unavailable.', 2],
    ['a comment of a script', 'a.lua', '-- what is owed\nreturn 1', 1],
    ['a string', 'a.ts', "const a = 'nobody'; const b = `// nobody`;", 0],
    ['code in a document', 'a.md', '`nobody` and [a title](nobody.md)\n```\nnobody\n```', 0],
    ['an idiom', 'a.md', 'It answers right away.', 0],
    ['data', 'a.json', '{ "nobody": 1 }', 0],
  ])('counts the words of %s', (_, path, text, hits) => {
    const found = proseOf([{ path, text }]).flatMap((prose) => prose.hits);
    expect(found).toHaveLength(hits);
  });
});
