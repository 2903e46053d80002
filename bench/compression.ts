/**
 * Which codec, from which size on, at once or on another thread?
 *
 *   npm run bench:compression
 *
 * Codecs take turns on JSON like that of statistics. "Stored" is the size in Redis (base64 in an
 * envelope) as a share of the plain text; "saved" puts it beside what JSON.parse takes anyway.
 */
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { machine, millisecondsOf, quantile, spread } from './measure.js';
import { statisticsJson } from './statistics-json.js';

interface Way {
  readonly name: string;
  readonly pack: (data: Buffer) => Buffer;
  readonly unpack: (data: Buffer) => Buffer;
}

const SIZES = [512, 1_024, 2_048, 4_096, 8_192, 16_384, 65_536, 262_144, 1_048_576];
const ROUNDS = 15;
/** A turn repeats until it has packed about so many bytes. */
const TURN_BYTES = 262_144;
/** Share of a compressed text that base64 adds. */
const BASE64 = 4 / 3;

console.log(machine());
console.log(
  'zlib',
  process.versions.zlib,
  'brotli',
  process.versions['brotli'],
  'zstd',
  zstdVersion(),
);

for (const size of SIZES) {
  const data = Buffer.from(statisticsJson(size));
  const text = data.toString();
  const repeat = Math.max(1, Math.round(TURN_BYTES / size));
  const parsing: number[] = [];
  const turns = new Map(
    ways().map((way) => [way, { pack: [] as number[], unpack: [] as number[] }]),
  );
  for (let round = -2; round < ROUNDS; round++) {
    const parse = microseconds(repeat, () => JSON.parse(text));
    if (round >= 0) parsing.push(parse);
    for (const [way, times] of turns) {
      const packed = way.pack(data).toString('base64');
      const pack = microseconds(repeat, () => way.pack(data).toString('base64'));
      const unpack = microseconds(repeat, () =>
        way.unpack(Buffer.from(packed, 'base64')).toString(),
      );
      if (round < 0) continue;
      times.pack.push(pack);
      times.unpack.push(unpack);
    }
  }
  console.log(`\n${data.length} bytes; JSON.parse ${spread(parsing, 1)} µs`);
  for (const [way, { pack, unpack }] of turns) {
    const stored = (BASE64 * way.pack(data).length) / data.length;
    console.log(
      `  ${way.name.padEnd(10)} stored ${stored.toFixed(3)}  pack ${spread(pack, 1)} µs  unpack ${spread(unpack, 1)} µs`,
    );
  }
  await threads(data);
}

/** What a caller waits for, and how long the event loop stands still, in both manners. */
async function threads(data: Buffer): Promise<void> {
  const pack = promisify(zlib.deflate);
  const unpack = promisify(zlib.inflate);
  const packed = zlib.deflateSync(data, { level: 3 });
  const ms = async (run: () => Promise<unknown>): Promise<number> => {
    const times: number[] = [];
    for (let round = -5; round < 40; round++) {
      const took = await millisecondsOf(run);
      if (round >= 0) times.push(took * 1_000);
    }
    return quantile(times, 0.5);
  };
  const there = await ms(() => pack(data, { level: 3 }));
  const back = await ms(() => unpack(packed));
  console.log(
    `  deflate 3 on another thread: pack ${there.toFixed(0)} µs, unpack ${back.toFixed(0)} µs`,
  );
}

function microseconds(repeat: number, run: () => unknown): number {
  const begin = performance.now();
  for (let n = 0; n < repeat; n++) run();
  return ((performance.now() - begin) * 1_000) / repeat;
}

function ways(): Way[] {
  const { BROTLI_PARAM_QUALITY } = zlib.constants;
  const deflate = [1, 3, 6].map((level) => ({
    name: `deflate ${level}`,
    pack: (data: Buffer) => zlib.deflateSync(data, { level }),
    unpack: (data: Buffer) => zlib.inflateSync(data),
  }));
  const gzip = {
    name: 'gzip 6',
    pack: (data: Buffer) => zlib.gzipSync(data, { level: 6 }),
    unpack: (data: Buffer) => zlib.gunzipSync(data),
  };
  const brotli = [1, 4, 5].map((quality) => ({
    name: `br ${quality}`,
    pack: (data: Buffer) =>
      zlib.brotliCompressSync(data, { params: { [BROTLI_PARAM_QUALITY]: quality } }),
    unpack: (data: Buffer) => zlib.brotliDecompressSync(data),
  }));
  return [...deflate, gzip, ...brotli, ...zstd()];
}

function zstd(): Way[] {
  const pack: unknown = Reflect.get(zlib, 'zstdCompressSync');
  const unpack: unknown = Reflect.get(zlib, 'zstdDecompressSync');
  if (typeof pack !== 'function' || typeof unpack !== 'function') return [];
  // Node 22.15 and 24 document these signatures.
  return [{ name: 'zstd 3', pack: pack as Way['pack'], unpack: unpack as Way['unpack'] }];
}

function zstdVersion(): string {
  return process.versions['zstd'] ?? 'not in this Node';
}
