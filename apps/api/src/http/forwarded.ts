/**
 * The `for` of each element of a `Forwarded` header (RFC 7239), quotes and all; `''` for an element
 * that has none, two, or cannot be read. One pass, no backtracking.
 */
export function forwardedFor(header: string): string[] {
  return split(header, ',').map((element) => {
    const named = split(element, ';').flatMap((pair) => {
      const at = pair.indexOf('=');
      return pair.slice(0, at).trim().toLowerCase() === 'for' ? [pair.slice(at + 1)] : [];
    });
    return named.length === 1 ? (named[0] ?? '') : '';
  });
}

/** Splits at a separator, but not inside of quotes. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let begin = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (quoted && text[at] === '\\') at += 1;
    else if (text[at] === '"') quoted = !quoted;
    else if (!quoted && text[at] === separator) {
      parts.push(text.slice(begin, at));
      begin = at + 1;
    }
  }
  return [...parts, text.slice(begin)];
}
