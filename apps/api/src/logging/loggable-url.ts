/**
 * What of a URL may stand in a log: its path and the names of its query. Values are what callers look
 * for (e-mail addresses, documents) or a token at the wrong place; a part of the path that is an
 * e-mail address is left out for the same reason.
 */
export function loggableUrl(url: string): string {
  const [path = '', query] = url.split('?', 2);
  const safe = path.replace(/[^/]*(?:@|%40)[^/]*/gi, '…').replace(/\beyJ[\w.-]+/g, '…');
  if (query === undefined) return safe;
  const names = query.split('&').map((pair) => pair.split('=', 1)[0] ?? '');
  const known = names.map((name) => (/^[a-z_]{1,40}$/.test(name) ? name : '…'));
  return `${safe}?${known.join('&')}`;
}
