import { describe, expect, it } from '@jest/globals';
import { repositoryFiles, root } from './laws/repository-files.js';
import {
  DECISION_COLUMNS,
  DECISION_LINES,
  excessOf,
  findTextBreaches,
  longFiles,
  LONGEST,
  MOST_CODE,
} from './laws/text-law.js';

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

  it('the laws for every committed file keep a decision to one page of one width', () => {
    const path = 'docs/decisions/0099-una-decision.md';
    const page = `${'x'.repeat(DECISION_COLUMNS)}\n`.repeat(DECISION_LINES);
    const row = `|${'x'.repeat(DECISION_COLUMNS)}|\n`;
    const reasonsOf = (text: string): string[] =>
      findTextBreaches([{ path, text }], '/datos/gad/').map(({ reason }) => reason);

    expect(reasonsOf(page)).toEqual([]);
    expect(reasonsOf(row)).toEqual([]);
    expect(reasonsOf(`${page}x\n`)).toEqual([`has ${DECISION_LINES + 1} lines, more than 65`]);
    expect(reasonsOf(`x\nx${page}`)).toContain('line 2 is wider than 100 columns');
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
