import { createHash } from 'node:crypto';

/** A strong validator over JSON content: equal content, equal tag. */
export function strongEtag(content: unknown): string {
  return `"${createHash('sha1').update(JSON.stringify(content)).digest('base64url')}"`;
}

/** A weak one: for content that is only part of the body. */
export const weakEtag = (content: unknown): string => `W/${strongEtag(content)}`;

/** Whether an `If-None-Match` header names the tag, by weak comparison (RFC 9110, 8.8.3.2). */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const tags: readonly string[] = ifNoneMatch.match(/"[^"]*"/g) ?? [];
  return tags.includes(etag.replace(/^W\//, ''));
}

/** Whether an `If-Match` header names the tag, by strong comparison: a weak one never does. */
export function matchesStrongEtag(ifMatch: string, etag: string): boolean {
  if (ifMatch.trim() === '*') return true;
  const tags: readonly string[] = ifMatch.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.includes(etag);
}
