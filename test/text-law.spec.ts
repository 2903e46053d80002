import { describe, expect, it } from '@jest/globals';
import { repositoryFiles, root } from './laws/repository-files.js';
import { excessOf, findTextBreaches, longFiles, LONGEST, MOST_CODE } from './laws/text-law.js';

describe('the laws for every committed file', () => {
  const files = repositoryFiles();

  it('the laws for every committed file have looked at files of every kind', () => {
    const paths = files.map(({ path }) => path);
    for (const path of ['package.json', 'package-lock.json', '.ci/run', 'test/text-law.spec.ts']) {
      expect(paths).toContain(path);
    }
  });

  it('the laws for every committed file hold', () => {
    expect(findTextBreaches(files, root)).toEqual([]);
  });

  it('the laws for every committed file excuse only files that exist and need it', () => {
    const needed = files.filter((file) => excessOf(file) !== undefined);
    expect(Object.keys(longFiles).sort()).toEqual(needed.map(({ path }) => path).sort());
  });

  it.each([
    ['a registry host', `"resolved": "https://${['registry', 'npmjs', 'org'].join('.')}/a.tgz"`],
    ['a home', `cd ${['', 'home', 'ana', 'gad'].join('/')}`],
    ['the checkout', 'see /datos/gad/README.md'],
    ['what lies beside the checkout', 'see /datos/notas.md'],
    ['a conflict', `a\n${'<'.repeat(7)} HEAD\nb`],
    ['a long file', 'x\n'.repeat(LONGEST + 1)],
  ])('the laws for every committed file catch %s', (_, text) => {
    expect(findTextBreaches([{ path: 'docs/nota.md', text }], '/datos/gad/')).toHaveLength(1);
  });

  it.each([
    ['a path of a container', 'WORKDIR /app\nCOPY --from=build /app/dist dist'],
    ['an address that contains such a word', 'https://example.org/home/page and ./home/page'],
    ['a file of the longest size', 'x\n'.repeat(LONGEST)],
  ])('the laws for every committed file let %s pass', (_, text) => {
    expect(findTextBreaches([{ path: 'docs/nota.md', text }], '/datos/gad/')).toEqual([]);
  });

  describe('on the length of a source', () => {
    const path = 'libs/cache/src/clock.ts';
    const comments = '// Why.\n\n/** What. */\n'.repeat(MOST_CODE);

    it('let comments and blank lines pass', () => {
      const text = comments + 'run();\n'.repeat(MOST_CODE);
      expect(findTextBreaches([{ path, text }], '/datos/gad/')).toEqual([]);
    });

    it('count every line of code, those of a text over several lines included', () => {
      const text = `${comments}run();\nconst text = \`${'\n'.repeat(MOST_CODE - 1)}\`;`;
      const reason = `has ${MOST_CODE + 1} lines of code, more than ${MOST_CODE}`;
      expect(findTextBreaches([{ path, text }], '/datos/gad/')).toEqual([{ path, reason }]);
    });
  });
});
