import { readdirSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Chunk } from 'luaparse';
import luaparse from 'luaparse';
import { SCRIPT_CONSTANTS } from '../../libs/cache/src/store/redis/stored-formats.js';

const FOLDER = new URL('../../libs/cache/src/store/redis/scripts/', import.meta.url);
export const COMPILED = fileURLToPath(new URL('compiled-scripts.ts', FOLDER));

/** One `.lua` file and what it becomes. */
export interface LuaScript {
  /** Name without extension: `remove-range`. */
  readonly name: string;
  /** The file as it is written, header included. */
  readonly text: string;
  /** With its includes, before comments are dropped. */
  readonly expanded: string;
  /** What the server gets: no comments, no indentation, constants in place of their names. */
  readonly source: string;
}

/** All scripts of the Redis store, by name. */
export function readScripts(): LuaScript[] {
  return namesIn(FOLDER).map((name) => {
    const text = read(name);
    const expanded = expand(text, new Set());
    return { name, text, expanded, source: minify(expanded, name) };
  });
}

/** The parts that scripts include, by name. */
export function readIncludes(): { name: string; text: string }[] {
  return namesIn(new URL('includes/', FOLDER)).map((name) => ({
    name,
    text: read(`includes/${name}`),
  }));
}

/** The TypeScript module that carries the compiled scripts. */
export function compiledModule(scripts: readonly LuaScript[]): string {
  const constants = scripts.map(({ name, source }) => {
    const sha1 = createHash('sha1').update(source).digest('hex');
    const literal = `{ source: ${JSON.stringify(source)}, sha1: '${sha1}' }`;
    return `export const ${constantName(name)}: Script = ${literal};`;
  });
  return [
    '// Generated from the .lua files of this folder by `npm run generate:lua`. Do not edit.',
    "import type { Script } from './script.js';",
    '',
    ...constants,
    '',
  ].join('\n');
}

/** `remove-range` is exported as `REMOVE_RANGE`. */
export function constantName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

/** Parses as Redis does: Lua 5.1. */
export function parse(text: string): Chunk {
  return luaparse.parse(text, { luaVersion: '5.1', comments: true, ranges: true, scope: true });
}

function namesIn(folder: URL): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.lua'))
    .map((file) => file.slice(0, -'.lua'.length))
    .sort();
}

function read(name: string): string {
  return readFileSync(new URL(`${name}.lua`, FOLDER), 'utf8');
}

/** Puts each included part in front, once, and what it includes before it. */
function expand(text: string, included: Set<string>): string {
  const parts = [...text.matchAll(/^-- @include (\S+)$/gm)].flatMap(([, name = '']) => {
    if (included.has(name)) return [];
    included.add(name);
    return [expand(read(`includes/${name}`), included)];
  });
  return [...parts, text].join('\n');
}

function minify(text: string, name: string): string {
  let code = text;
  for (const [from, to] of commentRanges(text).toReversed()) {
    code = code.slice(0, from) + code.slice(to);
  }
  const source = withConstants(code)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
  parse(source);
  if (/[^\n\x20-\x7e]/.test(source)) throw new Error(`${name}.lua must be ASCII outside comments`);
  return source;
}

function commentRanges(text: string): [number, number][] {
  const { comments = [] } = parse(text);
  // Asked for in `parse`, and missing in the package's types.
  return comments.map((comment) => (comment as unknown as { range: [number, number] }).range);
}

function withConstants(code: string): string {
  return code.replace(/(?<![\w'"])[A-Z][A-Z0-9_]+(?![\w'"])/g, (word) => {
    const value = SCRIPT_CONSTANTS[word];
    return value === undefined ? word : luaLiteral(value);
  });
}

function luaLiteral(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const signs = Array.from(value, (sign) =>
    sign < ' ' ? `\\${String(sign.charCodeAt(0)).padStart(3, '0')}` : sign,
  );
  return `'${signs.join('')}'`;
}
