/** Keys that are written at a time. */
const BATCH = 10_000;

/** Writes so many values and their index members past the cache, as it keeps them under `gad:`. */
export async function fillKeys(
  client: { sendCommand(command: string[]): Promise<unknown> },
  count: number,
  nameOf: (n: number) => string,
): Promise<void> {
  for (let from = 0; from < count; from += BATCH) {
    const length = Math.min(BATCH, count - from);
    const names = Array.from({ length }, (_, at) => nameOf(from + at));
    await client.sendCommand(['MSET', ...names.flatMap((name) => [`gad:${name}`, '1'])]);
    await client.sendCommand(['ZADD', 'gad:\0index', ...names.flatMap((name) => ['0', name])]);
  }
}
