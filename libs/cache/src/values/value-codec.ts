import { randomBytes } from 'node:crypto';
import type { Compression, CompressionCodec } from './compression.js';
import { compress, decompress, isKnownCodec } from './compression.js';
import type { Envelope } from './envelope.js';
import { decodeEnvelope, encodeEnvelope } from './envelope.js';
import { SerialisedValue } from './serialised-value.js';
import type { TextSerializer, ValueSerializer } from './value-serializer.js';

/** How values are written to the store. */
export interface ValueOptions {
  /** Absent: JSON. */
  readonly serializer?: ValueSerializer | undefined;
  /** Absent: nothing is compressed. Compressed values of other processes are still read. */
  readonly compression?: Compression | undefined;
  /** A stored value that decompresses to more is not decompressed. */
  readonly maxValueBytes: number;
}

/** Why a value cannot be stored. */
export type Unstorable = 'undefined' | 'unserialisable';

/** Metadata of an entry; see {@link Envelope}. */
export interface EntryTerms {
  readonly staleMs: number;
  readonly loadMs: number;
}

/** A decoded stored text. */
export interface DecodedValue {
  readonly value: SerialisedValue;
  /** Absent for plain JSON, which has no terms and is not compressed. */
  readonly envelope: Omit<Envelope, 'payload'> | undefined;
}

/**
 * Why a stored text yields no value. `corrupt`: no process can read it; it may be removed.
 * `foreign`: this process does not know its codec, but another may (a newer release, another
 * runtime); it must not be removed.
 */
export type Unreadable = 'corrupt' | 'foreign';

/** Compressed texts are used only if they are smaller than this share of the plain text. */
const WORTHWHILE = 0.9;
const COMPRESSED = '+';

/**
 * Converts between values and stored texts. Plain JSON where that suffices; otherwise an envelope
 * with the codec `<serializer>[+<compression>]` and, for bytes, a base64 payload.
 *
 * Synchronous results are returned without a promise, so that a plain hit pays for none.
 */
export class ValueCodec {
  readonly #serializer: ValueSerializer | undefined;
  readonly #compression: Compression | undefined;
  readonly #maxBytes: number;
  readonly #process = randomBytes(9).toString('base64url');
  #serial = 0;

  constructor(options: ValueOptions) {
    this.#serializer = options.serializer;
    this.#compression = options.compression;
    this.#maxBytes = options.maxValueBytes;
  }

  /** Whether values written with these options are created by `JSON.parse`. */
  get parsesJson(): boolean {
    return this.#serializer === undefined;
  }

  /**
   * Serialises a value once. Never throws: a value that cannot be serialised (with JSON: a cycle, a
   * bigint, a throwing `toJSON`) is reported, because the caller still has to return it.
   */
  serialise(value: unknown): SerialisedValue | Unstorable {
    if (value === undefined) return 'undefined';
    try {
      if (this.#serializer !== undefined) return serialised(this.#serializer, value);
      // Declared as `string`, but `undefined` for functions and symbols.
      const text: string | undefined = JSON.stringify(value);
      return text === undefined
        ? 'undefined'
        : new SerialisedValue(text, () => JSON.parse(text) as unknown);
    } catch {
      return 'unserialisable';
    }
  }

  /** The text to store; each envelope has a unique id. */
  pack(value: SerialisedValue, terms?: EntryTerms): string | Promise<string> {
    const { data } = value;
    const compression = this.#compression;
    if (compression === undefined || value.bytes < compression.threshold) {
      return this.#text(data, terms);
    }
    const choose = (bytes: Buffer): string => {
      const small = this.#text(bytes, terms, compression.codec);
      const large = this.#text(data, terms);
      return small.length < large.length * WORTHWHILE ? small : large;
    };
    const bytes = compress(compression.codec, typeof data === 'string' ? Buffer.from(data) : data);
    return isPromise(bytes) ? bytes.then(choose) : choose(bytes);
  }

  /**
   * Decodes a stored text. Own `__proto__` keys stay own properties and do not pollute prototypes.
   */
  decode(text: string): DecodedValue | Unreadable | Promise<DecodedValue | Unreadable> {
    const envelope = decodeEnvelope(text);
    if (envelope === undefined) {
      try {
        return { value: parsed(text), envelope };
      } catch {
        return 'corrupt';
      }
    }
    if (envelope === 'corrupt') return 'corrupt';
    const { payload, codec } = envelope;
    const [format = '', compression] = codec.split(COMPRESSED);
    const serializer = format === 'json' || format === '' ? undefined : this.#serializer;
    if (serializer?.name !== (format === 'json' || format === '' ? undefined : format)) {
      return 'foreign';
    }
    const valueOf = (data: string | Uint8Array): SerialisedValue =>
      serializer === undefined ? parsed(asText(data)) : deserialised(serializer, data);
    if (compression === undefined) {
      const data =
        serializer === undefined || isTextual(serializer) ? payload : fromBase64(payload);
      return read(() => valueOf(data), envelope);
    }
    if (!isKnownCodec(compression)) return 'foreign';
    return this.#unpacked(compression, payload, (bytes) => read(() => valueOf(bytes), envelope));
  }

  #unpacked(
    codec: CompressionCodec,
    payload: string,
    then: (bytes: Buffer) => DecodedValue | Unreadable,
  ): DecodedValue | Unreadable | Promise<DecodedValue | Unreadable> {
    try {
      const bytes = decompress(codec, fromBase64(payload), this.#maxBytes);
      return isPromise(bytes) ? bytes.then(then, () => 'corrupt') : then(bytes);
    } catch {
      // Truncated, modified, or larger than allowed.
      return 'corrupt';
    }
  }

  #text(
    data: string | Uint8Array,
    terms: EntryTerms | undefined,
    compression?: CompressionCodec,
  ): string {
    const format = this.#serializer?.name ?? (compression === undefined ? '' : 'json');
    if (typeof data === 'string' && terms === undefined && format === '') return data;
    return encodeEnvelope({
      id: this.#process + (this.#serial++).toString(36),
      staleMs: terms?.staleMs ?? 0,
      loadMs: terms?.loadMs ?? 0,
      codec: compression === undefined ? format : format + COMPRESSED + compression,
      payload: typeof data === 'string' ? data : Buffer.from(data).toString('base64'),
    });
  }
}

/** Distinguishes a promise from a value without `await`, which would cost a microtask turn. */
export function isPromise<T>(outcome: T | Promise<T>): outcome is Promise<T> {
  return typeof outcome === 'object' && outcome !== null && 'then' in outcome;
}

/** Whether a stored text is compressed, readable here or not. */
export function isCompressed(text: string): boolean {
  const envelope = decodeEnvelope(text);
  return typeof envelope === 'object' && envelope.codec.includes(COMPRESSED);
}

function read(
  value: () => SerialisedValue,
  envelope: Envelope | undefined,
): DecodedValue | Unreadable {
  try {
    return { value: value(), envelope };
  } catch {
    return 'corrupt';
  }
}

/** Parsed at once, to detect text that is not JSON. */
function parsed(text: string): SerialisedValue {
  return new SerialisedValue(text, () => JSON.parse(text) as unknown, JSON.parse(text));
}

/** @param data what the serializer made; bytes also of a text that was compressed */
function deserialised(serializer: ValueSerializer, data: string | Uint8Array): SerialisedValue {
  if (isTextual(serializer)) {
    const text = asText(data);
    const parse = (): unknown => serializer.deserialize(text);
    return new SerialisedValue(text, parse, parse(), false);
  }
  const bytes = asBytes(data);
  // A fresh copy of one type for each reader, because the result may be a view of the bytes.
  const parse = (): unknown => serializer.deserialize(new Uint8Array(bytes));
  return new SerialisedValue(bytes, parse, parse());
}

/** Deserialised at once: a value that cannot be read back is not stored. */
function serialised(serializer: ValueSerializer, value: unknown): SerialisedValue {
  return deserialised(serializer, serializer.serialize(value));
}

const asText = (data: string | Uint8Array): string =>
  typeof data === 'string' ? data : Buffer.from(data).toString();

const asBytes = (data: string | Uint8Array): Uint8Array =>
  typeof data === 'string' ? Buffer.from(data) : data;

const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64');

const isTextual = (serializer: ValueSerializer): serializer is TextSerializer =>
  serializer.encoding === 'text';
