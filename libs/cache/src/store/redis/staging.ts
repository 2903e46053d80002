import type { KeyLayout } from './key-layout.js';
import type { RedisConnection } from './connection/redis-connection.js';
import type { UniqueIds } from './unique-ids.js';

/** Larger texts are staged by a plain SET instead of going through Lua. */
const STAGE_ABOVE_CHARACTERS = 4_096;
/** A staged text that is never used expires after this many milliseconds. */
const STAGED_MS = 30_000;

/**
 * How a text is passed to the script that stores it: as the key of a staged text, or as an
 * argument.
 */
export interface Staged {
  readonly keys: readonly string[];
  readonly inline: string;
}

/** Sends large texts outside scripts, which would block the server for milliseconds. */
export class Staging {
  constructor(
    private readonly connection: RedisConnection,
    private readonly layout: KeyLayout,
    private readonly ids: UniqueIds,
  ) {}

  /** Sends a large text ahead, on the same connection, so that the following script finds it. */
  stage(text: string, withinMs: number): Staged {
    if (text.length <= STAGE_ABOVE_CHARACTERS) return { keys: [], inline: text };
    const name = this.layout.staging(this.ids.next());
    // A failure shows in the script's own answer: it finds nothing staged, or is not answered.
    this.connection
      .send(['SET', name, text, 'PX', String(STAGED_MS)], withinMs)
      .catch(() => undefined);
    return { keys: [name], inline: '' };
  }
}
