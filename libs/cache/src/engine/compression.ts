import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

/** How a large value is compressed. `zstd` needs Node 22.15 or 24. */
export type CompressionCodec = 'deflate' | 'br' | 'zstd';

/** When values are compressed, and how. */
export interface Compression {
  /** Bytes of the serialised value from which on it is worth trying. */
  readonly threshold: number;
  readonly codec: CompressionCodec;
}

type Sync = (data: Uint8Array, options?: object) => Buffer;
type Async = (data: Uint8Array, options?: object) => Promise<Buffer>;

interface Codec {
  readonly compressSync: Sync;
  readonly compress: Async;
  readonly decompressSync: Sync;
  readonly decompress: Async;
  readonly level: object;
}

/** Up to here compressing takes less than handing it to another thread would. */
const COMPRESS_SYNC_BYTES = 16 * 1024;
/** The same for decompressing, in compressed bytes. */
const DECOMPRESS_SYNC_BYTES = 32 * 1024;

const { constants } = zlib;

const deflate: Codec = {
  compressSync: zlib.deflateSync,
  compress: promisify<Uint8Array, object | undefined, Buffer>(
    (data, options, done) => void zlib.deflate(data, options ?? {}, done),
  ),
  decompressSync: zlib.inflateSync,
  decompress: promisify<Uint8Array, object | undefined, Buffer>(
    (data, options, done) => void zlib.inflate(data, options ?? {}, done),
  ),
  level: { level: 3 },
};

const br: Codec = {
  compressSync: zlib.brotliCompressSync,
  compress: promisify<Uint8Array, object | undefined, Buffer>(
    (data, options, done) => void zlib.brotliCompress(data, options ?? {}, done),
  ),
  decompressSync: zlib.brotliDecompressSync,
  decompress: promisify<Uint8Array, object | undefined, Buffer>(
    (data, options, done) => void zlib.brotliDecompress(data, options ?? {}, done),
  ),
  level: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
};

const codecs: ReadonlyMap<string, Codec> = new Map([
  ['deflate', deflate],
  ['br', br],
]);

/** Whether this runtime can read and write it. */
export function isKnownCodec(name: string): name is CompressionCodec {
  return codecs.has(name);
}

/** At once for small data, on another thread for large, so that nobody waits for it. */
export function compress(name: CompressionCodec, data: Uint8Array): Buffer | Promise<Buffer> {
  const codec = codecOf(name);
  return data.byteLength <= COMPRESS_SYNC_BYTES
    ? codec.compressSync(data, codec.level)
    : codec.compress(data, codec.level);
}

/** As `compress`. Throws or rejects for what is damaged, and for what unpacks to more than `maxBytes`. */
export function decompress(
  name: CompressionCodec,
  data: Uint8Array,
  maxBytes: number,
): Buffer | Promise<Buffer> {
  const codec = codecOf(name);
  const options = { maxOutputLength: maxBytes };
  return data.byteLength <= DECOMPRESS_SYNC_BYTES
    ? codec.decompressSync(data, options)
    : codec.decompress(data, options);
}

function codecOf(name: CompressionCodec): Codec {
  const codec = codecs.get(name);
  if (codec === undefined) throw new TypeError(`${name} is not supported by this Node version.`);
  return codec;
}
