import type { Clock } from '../../clock.js';
import type { RelayServer, RelayStore, RelayStatus, RelayRound, RoundEnd } from '../relay-store.js';

const THIS_PROCESS: RelayServer = { generation: 0, term: '', primaryAt: -Infinity };

/** The relay's bookkeeping for a store that lives and dies with its process: no relay competes. */
export class MemoryRelayStore implements RelayStore {
  readonly shared = false;
  readonly longestRoundMs = 0;
  readonly generation = 0;
  #cursor: string | undefined;
  #heartbeats = 0;

  constructor(private readonly clock: Clock) {}

  beginRound(): Promise<RelayRound | undefined> {
    const startedAt = this.clock.now();
    return Promise.resolve({ ...THIS_PROCESS, cursor: this.#cursor, serial: '', startedAt });
  }

  endRound(_turn: RelayRound, cursor: string): Promise<RoundEnd> {
    this.#cursor = cursor;
    this.#heartbeats++;
    return Promise.resolve('fresh');
  }

  resign(): Promise<void> {
    return Promise.resolve();
  }

  observe(): Promise<RelayStatus> {
    const heartbeat = this.#heartbeats === 0 ? undefined : String(this.#heartbeats);
    return Promise.resolve({ ...THIS_PROCESS, heartbeat, cursor: this.#cursor });
  }
}
