/** Lets go what a body that nobody will be sent holds, such as an open file. */
export function discardBody(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  const { getStream, destroy } = body as Partial<Record<string, unknown>>; // of whatever fields
  if (typeof getStream === 'function') discardBody(getStream.call(body));
  else if (typeof destroy === 'function') destroy.call(body);
}
