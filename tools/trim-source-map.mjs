const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Keeps of the places of a package's file only the first: Node reads the map at each start, and a stack
 * needs lines of our own sources only.
 * @param map a parsed source map
 * @returns its mappings
 */
export function trimmedMappings({ sources, mappings }) {
  const ofPackage = sources.map((source) => source.includes('node_modules/'));
  /** Column, source, line and column there, name: in the text each counts from the one before. */
  const read = [0, 0, 0, 0, 0];
  const written = [0, 0, 0, 0, 0];
  let last;
  const trimmed = (line) => {
    read[0] = written[0] = 0;
    const kept = [];
    for (const text of line === '' ? [] : line.split(',')) {
      const steps = decode(text);
      steps.forEach((step, field) => (read[field] += step));
      if (read[1] === last && ofPackage[last]) continue;
      last = read[1];
      kept.push(encode(steps.map((_, field) => read[field] - written[field])));
      steps.forEach((_, field) => (written[field] = read[field]));
    }
    return kept.join();
  };
  return mappings.split(';').map(trimmed).join(';');
}

/** Base64 VLQ: five bits a letter, the lowest first, and the sign in the lowest of all. */
function decode(text) {
  const numbers = [];
  let [value, shift] = [0, 0];
  for (const letter of text) {
    const digit = DIGITS.indexOf(letter);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit >= 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}

function encode(numbers) {
  let text = '';
  for (const number of numbers) {
    let value = number < 0 ? (-number << 1) | 1 : number << 1;
    for (; value >= 32; value >>>= 5) text += DIGITS[(value & 31) | 32];
    text += DIGITS[value];
  }
  return text;
}
