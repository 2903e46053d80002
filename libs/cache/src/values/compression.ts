import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

/** The name of a codec in stored values. */
export type CompressionCodec = 'deflate' | 'br' | 'zstd';

/** How a large value is compressed. Every Node reads `deflate` and `br`; `zstd` needs 22.15 or 24. */
export const COMPRESSION_CODECS: readonly CompressionCodec[] = ['deflate', 'br', 'zstd'];

/** Which values are compressed, and how. */
export interface Compression {
  /** Bytes of the serialised value at which compression starts. */
  readonly threshold: number;
  readonly codec: CompressionCodec;
}

type Run = (data: Uint8Array, options: object) => Buffer;
type RunInThreadPool = (data: Uint8Array, options: object) => Promise<Buffer>;

interface Codec {
  readonly pack: Run;
  readonly packAsync: RunInThreadPool;
  readonly unpack: Run;
  readonly unpackAsync: RunInThreadPool;
  readonly level: object;
}

// Up to these sizes the work takes ≈ 0.15 ms, about as long as a round trip to another thread;
// larger data would block the event loop. Figures: docs/decisions/0006.
const PACK_HERE_BYTES = 32 * 1024;
const UNPACK_HERE_BYTES = 16 * 1024;
/**
 * Up to which size small inputs are decompressed on this thread; more (a decompression bomb) goes
 * to another thread.
 */
const UNPACKED_HERE_BYTES = 256 * 1024;

const { BROTLI_PARAM_QUALITY } = zlib.constants;

const codecs: ReadonlyMap<string, Codec> = new Map(
  [
    ['deflate', codecOf('deflate', 'inflate', { level: 3 })] as const,
    ['br', codecOf('brotliCompress', 'brotliDecompress', br(4))] as const,
    ['zstd', codecOf('zstdCompress', 'zstdDecompress', {})] as const,
  ].flatMap(([name, codec]) => (codec === undefined ? [] : [[name, codec]])),
);

/** Whether this runtime supports the codec. */
export function isKnownCodec(name: string): name is CompressionCodec {
  return codecs.has(name);
}

/** Synchronous for small data, on another thread for large data. */
export function compress(name: CompressionCodec, data: Uint8Array): Buffer | Promise<Buffer> {
  const { pack, packAsync, level } = known(name);
  return data.byteLength <= PACK_HERE_BYTES ? pack(data, level) : packAsync(data, level);
}

/**
 * As `compress`. Throws or rejects for damaged data, and for data that decompresses to more than
 * `maxBytes`, without decompressing more than that.
 */
export function decompress(
  name: CompressionCodec,
  data: Uint8Array,
  maxBytes: number,
): Buffer | Promise<Buffer> {
  const { unpack, unpackAsync } = known(name);
  if (data.byteLength <= UNPACK_HERE_BYTES) {
    const here = Math.min(maxBytes, UNPACKED_HERE_BYTES);
    try {
      return unpack(data, { maxOutputLength: here });
    } catch (error) {
      if (here === maxBytes || !isTooLarge(error)) throw error;
    }
  }
  return unpackAsync(data, { maxOutputLength: maxBytes });
}

function known(name: CompressionCodec): Codec {
  const codec = codecs.get(name);
  if (codec === undefined) throw new TypeError(`This version of Node has no ${name}.`);
  return codec;
}

/** `undefined` if this Node's zlib lacks it. */
function codecOf(pack: string, unpack: string, level: object): Codec | undefined {
  const [packHere, packThere] = [member(`${pack}Sync`), member(pack)];
  const [unpackHere, unpackThere] = [member(`${unpack}Sync`), member(unpack)];
  if (!packHere || !packThere || !unpackHere || !unpackThere) return undefined;
  // All of zlib's one-shot functions have these signatures; only some are typed.
  return {
    pack: packHere as Run,
    packAsync: promisify(packThere),
    unpack: unpackHere as Run,
    unpackAsync: promisify(unpackThere),
    level,
  };
}

type Member = (...args: unknown[]) => unknown;

function member(name: string): Member | undefined {
  const found: unknown = Reflect.get(zlib, name);
  return typeof found === 'function' ? (found as Member) : undefined; // a function is one
}

function br(quality: number): object {
  return { params: { [BROTLI_PARAM_QUALITY]: quality } };
}

function isTooLarge(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return error.code === 'ERR_BUFFER_TOO_LARGE';
}
