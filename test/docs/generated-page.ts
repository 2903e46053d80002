import { readFile } from 'node:fs/promises';

/** A document with a table that a command makes from the code. */
export interface GeneratedPage {
  readonly file: URL;
  /** The npm script that renews the table. */
  readonly command: string;
}

const END = '<!-- end of table -->';

export const cachingPage: GeneratedPage = {
  file: new URL('../../docs/caching.md', import.meta.url),
  command: 'docs:caching',
};

export const metricsPage: GeneratedPage = {
  file: new URL('../../docs/metrics.md', import.meta.url),
  command: 'docs:metrics',
};

export const doctorPage: GeneratedPage = {
  file: new URL('../../docs/doctor.md', import.meta.url),
  command: 'docs:doctor',
};

export const problemasPage: GeneratedPage = {
  file: new URL('../../docs/problemas.md', import.meta.url),
  command: 'docs:doctor',
};

export const optionsPage: GeneratedPage = {
  file: new URL('../../libs/cache/README.md', import.meta.url),
  command: 'docs:options',
};

/**
 * The text of the page with another table in it.
 *
 * @throws Error when the page has lost the place of its table
 */
export function withTable({ file, command }: GeneratedPage, text: string, table: string): string {
  const mark = `<!-- table: made by \`npm run ${command}\`, do not edit -->`;
  const begin = text.indexOf(mark);
  const end = text.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`${file.pathname} lacks ${mark} … ${END}`);
  return `${text.slice(0, begin)}${mark}\n\n${table}\n\n${text.slice(end)}`;
}

export const readPage = ({ file }: GeneratedPage): Promise<string> => readFile(file, 'utf8');

/** Rows of Markdown, the first one the head; bars inside of a cell are escaped. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  return [head, head.map(() => '---'), ...body]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}
