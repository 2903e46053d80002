import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, 'docs/rivals.md'), 'utf8');

/** Links of the form [`title of a test`](path of its suite). */
const links = [...page.matchAll(/\[`([^`]+)`\]\(\.\.\/([^)]+)\)/g)].map(([, title, path]) => ({
  title: title ?? '',
  path: path ?? '',
}));

/** The rows of the page's tables, without their heads. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| --'))
  .map((line) => line.slice(2, -2).split(' | '))
  .filter(([first]) => first !== 'Behaviour' && first !== 'Failure');

/** The titles of the tests of a suite: what `it`, `it.each(…)` and `fact` are called with. */
function titlesOf(path: string): string[] {
  const source = ts.createSourceFile(
    path,
    readFileSync(join(root, path), 'utf8'),
    ts.ScriptTarget.Latest,
  );
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTest(node.expression)) {
      const [title] = node.arguments;
      if (title !== undefined && ts.isStringLiteralLike(title)) titles.push(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return titles;
}

function isTest(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 'it' || callee.text === 'fact';
  return (
    ts.isCallExpression(callee) &&
    ts.isPropertyAccessExpression(callee.expression) &&
    callee.expression.name.text === 'each' &&
    isTest(callee.expression.expression)
  );
}

describe('The page on the rivals', () => {
  it('the page on the rivals names tests that exist, in the suites that it says', () => {
    const missing = links.filter(({ title, path }) => !titlesOf(path).includes(title));
    expect(missing).toEqual([]);
    expect(links.length).toBeGreaterThan(80);
  });

  it('the page on the rivals has for each behaviour a test, or says what is different and why', () => {
    const empty = rows.filter((cells) => !/\[`|^Different: \w/.test(cells.at(-1) ?? ''));
    expect(empty).toEqual([]);
    expect(rows.filter((cells) => cells.length < 2)).toEqual([]);
    expect(rows.length).toBeGreaterThan(60);
  });

  it('the page on the rivals would notice a title that is gone', () => {
    const [first] = links;
    expect(titlesOf(first?.path ?? '')).not.toContain(`${first?.title} no more`);
    expect(titlesOf('test/rivals-page.spec.ts')).toContain(
      'the page on the rivals would notice a title that is gone',
    );
  });
});
