import { readFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';

const BEGIN = '<!-- table: made by `npm run docs:caching`, do not edit -->';
const END = '<!-- end of table -->';

export const cachingPage = new URL('../../docs/caching.md', import.meta.url);

/**
 * The page with another table in it.
 *
 * @throws Error when the page has lost the place of its table
 */
export async function withTable(page: string, table: string): Promise<string> {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`docs/caching.md lacks ${BEGIN} … ${END}`);
  const made = `${page.slice(0, begin)}${BEGIN}\n\n${table}\n\n${page.slice(end)}`;
  const options = await resolveConfig(cachingPage);
  return format(made, { ...options, parser: 'markdown' });
}

export const readPage = (): Promise<string> => readFile(cachingPage, 'utf8');
