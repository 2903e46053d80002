import { createHash } from 'node:crypto';

/** A weak validator over JSON content: equal content, equal tag. */
export function weakEtag(content: unknown): string {
  return `W/"${createHash('sha1').update(JSON.stringify(content)).digest('base64url')}"`;
}

/** Whether an `If-None-Match` header names the tag, by weak comparison (RFC 9110, 8.8.3.2). */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const tags: readonly string[] = ifNoneMatch.match(/"[^"]*"/g) ?? [];
  return tags.includes(etag.replace(/^W\//, ''));
}
