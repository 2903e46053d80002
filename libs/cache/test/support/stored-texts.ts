/** A value of 60 kB that compresses well. */
export const REPETITIVE = {
  filas: Array.from({ length: 2_000 }, (_, n) => ({ estado: 'pendiente', n })),
};

/** A stored text as another process would have written it. */
export function enveloped(codec: string, payload: string | Buffer): string {
  const text = typeof payload === 'string' ? payload : payload.toString('base64');
  return `\x02someone;0;0;${codec}\n${text}`;
}
