/**
 * Releases the resources of a body that is not sent, such as an open file. Streams only: an ORM
 * entity may have a `destroy` that deletes its row.
 */
export function discardBody(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  const holder = body as Partial<Record<string, unknown>>; // of whatever fields
  const { getStream, pipe, getReader } = holder;
  const call = (method: unknown): unknown =>
    typeof method === 'function' ? (method.call(body) as unknown) : undefined;
  if (typeof getStream === 'function') discardBody(call(getStream));
  else if (typeof pipe === 'function') call(holder['destroy']);
  // A locked stream rejects; its reader releases it.
  else if (typeof getReader === 'function')
    Promise.resolve(call(holder['cancel'])).catch(() => undefined);
  else if (Object.prototype.toString.call(body) === '[object Response]')
    discardBody(holder['body']);
}
