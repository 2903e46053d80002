import { describe, expect, it } from '@jest/globals';
import { MOST_DIALECT, proseOf, wordingOf } from './laws/prose-law.js';
import { repositoryFiles } from './laws/repository-files.js';

describe('the law for the language of comments and documents', () => {
  const areas = proseOf(repositoryFiles());

  it('has looked at prose in every area', () => {
    expect(areas.filter(({ words }) => words < 100)).toEqual([]);
  });

  it.each(areas.map((prose) => [prose.area || 'the root', prose] as const))(
    'holds in %s: processes have roles and states',
    (_name, { rate, hits }) => {
      expect({ rate, hits: rate > MOST_DIALECT ? hits : [] }).toEqual({
        rate: expect.any(Number),
        hits: [],
      });
    },
  );

  it.each([
    ['a comment', 'a.ts', '/** Nobody is told. */', 2],
    ['a comment at the end of a line', 'a.ts', "const a = 'it''s'; // whoever hears it", 2],
    ['several words', 'a.md', 'For those\nwho wait. The store is away.', 2],
    ['a comment of a script', 'a.lua', '-- what is owed\nreturn 1', 1],
    ['a setting', '.env.example', '# Nobody is told.\nA=nobody # nobody', 3],
    ['a string', 'a.ts', "const a = 'nobody'; const b = `// nobody`;", 0],
    ['code in a document', 'a.md', '`nobody` and [a title](nobody.md)\n```\nnobody\n```', 0],
    ['an idiom', 'a.md', 'It answers right away.', 0],
    ['data', 'a.json', '{ "nobody": 1 }', 0],
  ])('counts the words of %s', (_, path, text, hits) => {
    const found = proseOf([{ path, text }]).flatMap((prose) => prose.hits);
    expect(found).toHaveLength(hits);
  });
});

describe('the law for names, log lines and titles', () => {
  it('holds in the whole repository', () => {
    const { names, strings, hits } = wordingOf(repositoryFiles());
    expect({ names: names > 50_000, strings: strings > 10_000 }).toEqual({
      names: true,
      strings: true,
    });
    expect(hits).toEqual([]);
  });

  it.each([
    ['a variable', 'a.ts', 'const told = 1;', 'told'],
    ['a part of a name', 'a.ts', 'class A { #toldApart = 1 }', '#toldApart'],
    ['a constant', 'a.ts', 'const PATIENCE_MS = 1;', 'PATIENCE_MS'],
    ['a file', 'src/left-to-nobody.ts', '', 'left-to-nobody.ts'],
    ['a local of a script', 'a.lua', 'local nap = 1', 'nap'],
    ['a log line', 'a.ts', "log.warn('The store is away.')", 'The store is away.'],
    ['a log line with a value', 'a.ts', 'log.warn(`${n} removals are owed`)', ' removals are owed'],
    ['a title', 'a.spec.ts', "it('tells the writer', run)", 'tells the writer'],
    ['a string of a script', 'a.lua', "return 'nobody'", "'nobody'"],
    ['a connection', 'libs/cache/src/a.ts', 'const makeLink = 1;', 'makeLink'],
  ])('finds the dialect in %s', (_, path, text, hit) => {
    expect(wordingOf([{ path, text }]).hits).toEqual([`${path}: ${hit}`]);
  });

  it.each([
    ['longer words', 'a.ts', 'const foretold = heartbeat + seatbelt; const fullCover = 1;'],
    ['comments, which are prose', 'a.ts', '// nobody'],
    ['links of other kinds', 'test/a.ts', 'const link = symlink;'],
    ['a state of the HTTP contract', 'libs/cache/src/outbox/relay.ts', "let state = 'away';"],
    ['an idiom', 'a.ts', "it('answers right away', run)"],
  ])('finds nothing in %s', (_, path, text) => {
    expect(wordingOf([{ path, text }]).hits).toEqual([]);
  });
});
