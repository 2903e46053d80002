import { decode, encode } from '@jridgewell/sourcemap-codec';

/**
 * Keeps of the places of a package's file only the first: Node reads the map at each start, and a stack
 * needs lines of our own sources only.
 * @param map a parsed source map
 * @returns its mappings
 */
export function trimmedMappings({ sources, mappings }) {
  const ofPackage = sources.map((source) => source.includes('node_modules/'));
  let last;
  const isKept = ([, source = last]) => {
    const isRepeated = source === last && ofPackage[source];
    last = source;
    return !isRepeated;
  };
  return encode(decode(mappings).map((line) => line.filter(isKept)));
}
