/** No body of this API needs more; what is larger costs no more than this one pass. */
const MAX_MEMBERS = 100;
const MAX_NESTING = 4;

/**
 * What is too much about a JSON text, found in one pass that ends there, without recursion and
 * before anything is built of it: more than 100 members (of objects) and items (of arrays) in all,
 * or nesting deeper than four. Text that is no JSON gets an answer too, of no meaning: the parser
 * refuses it.
 */
export function jsonExcess(json: string): string | undefined {
  let depth = 0;
  // The first member of a container follows its bracket, any other one a comma.
  let members = 0;
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
      continue;
    }
    if (character === '"') inString = true;
    else if (character === ']' || character === '}') depth -= 1;
    else if (character === ',') members += 1;
    else if (character === '[' || character === '{') {
      depth += 1;
      members += 1;
    } else continue;
    if (depth > MAX_NESTING) return `nests deeper than ${String(MAX_NESTING)}`;
    if (members > MAX_MEMBERS) return `has more than ${String(MAX_MEMBERS)} members`;
  }
  return undefined;
}
