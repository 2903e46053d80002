/**
 * Lets go what a body that is not sent holds, such as an open file. Of streams only: entities of an
 * object mapper may have a `destroy` of another kind, which deletes their row.
 */
export function discardBody(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  const holder = body as Partial<Record<string, unknown>>; // of whatever fields
  const { getStream, pipe, getReader } = holder;
  const call = (method: unknown): unknown =>
    typeof method === 'function' ? (method.call(body) as unknown) : undefined;
  if (typeof getStream === 'function') discardBody(call(getStream));
  else if (typeof pipe === 'function') call(holder['destroy']);
  // A reader that holds it lets it go itself.
  else if (typeof getReader === 'function')
    Promise.resolve(call(holder['cancel'])).catch(() => undefined);
  else if (Object.prototype.toString.call(body) === '[object Response]')
    discardBody(holder['body']);
}
