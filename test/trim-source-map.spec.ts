import { describe, expect, it } from '@jest/globals';
import { SourceMap } from 'node:module';
import { transform } from 'esbuild';
import { trimmedMappings } from '../tools/trim-source-map.mjs';

const OWN = 'src/own.ts';
const PACKAGE = '../node_modules/some/index.js';

/** A file of three lines, and its full map. */
async function made(source: string): Promise<{ readonly code: string; readonly map: string }> {
  const code = 'first(1);\nsecond(2, "two");\n\nif (third) throw new Error(third);\n';
  return transform(code, { sourcemap: 'external', sourcefile: source });
}

describe('trimmedMappings', () => {
  const entries = ({ code }: { code: string }, map: SourceMap): unknown[] =>
    code.split('\n').flatMap((line, at) => [...line].map((_, column) => map.findEntry(at, column)));

  it('leaves every place of an own source as it was', async () => {
    const whole = await made(OWN);
    const map = JSON.parse(whole.map) as ConstructorParameters<typeof SourceMap>[0];
    const trimmed = new SourceMap({ ...map, mappings: trimmedMappings(map) });
    expect(entries(whole, trimmed)).toEqual(entries(whole, new SourceMap(map)));
  });

  it('leads from all places of a package to the beginning of its file', async () => {
    const whole = await made(PACKAGE);
    const map = JSON.parse(whole.map) as ConstructorParameters<typeof SourceMap>[0];
    const trimmed = new SourceMap({ ...map, mappings: trimmedMappings(map) });
    const beginning = expect.objectContaining({ originalSource: PACKAGE, originalLine: 0 });
    for (const entry of entries(whole, trimmed)) expect(entry).toEqual(beginning);
  });
});
