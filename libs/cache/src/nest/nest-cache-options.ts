import type { ExecutionContext } from '@nestjs/common';
import type { CacheModuleOptions } from '../cache-options.js';
import type { KeySegment } from '../keys/cache-key.js';

/** Who is asking: an id, or several parts that together decide what is answered (tenant, id). */
export type Subject = KeySegment | readonly KeySegment[];

/** What `CacheModule.forRoot` takes: the options of the cache, and those of its Nest face. */
export interface NestCacheOptions extends CacheModuleOptions {
  /**
   * Who is asking, for handlers with `scope: 'user'`. `undefined` means nobody is known: such a
   * request passes by the cache. No default: with none, `scope: 'user'` is refused at start.
   */
  readonly userOf?: ((context: ExecutionContext) => Subject | undefined) | undefined;
  /**
   * `false` lets every `@CacheAside` of this cache pass through to its handler or method; the
   * service itself and `@CacheInvalidate` go on working. Default `true`.
   */
  readonly enabled?: boolean | undefined;
  /**
   * Warns, once for each shape of key, about keys that are flat or ambiguous (`user123stats`,
   * `config`, `token`). Meant for development; costs a scan of each key. Default `false`.
   */
  readonly lintKeys?: boolean | undefined;
}
