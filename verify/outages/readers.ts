import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** One request and how it ended; times in milliseconds of this process's clock. */
export interface Sample {
  readonly at: number;
  readonly ms: number;
  readonly ok: boolean;
  readonly cached: boolean;
}

export const KEYS = 200;
/** The row of a key. */
export const valueOf = (key: string): string => `value of ${key}`;

const READERS = 50;
const THINK_MS = 40;
/** A request that takes longer has failed: its caller has given up. */
const TIMEOUT_MS = 10_000;

/** Fifty readers with keep-alive connections, each asking again a moment after each answer. */
export class Readers {
  readonly samples: Sample[] = [];
  readonly #agent = new Agent({ keepAlive: true });
  readonly #loops: Promise<void>[];
  #stopped = false;

  constructor(private readonly url: string) {
    this.#loops = Array.from({ length: READERS }, () => this.#loop());
  }

  /** Ends the loops; what is still under way gets its time. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
    this.#agent.destroy();
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      const key = `k${Math.floor(Math.random() * KEYS)}`;
      const at = performance.now();
      const { ok, cached } = await this.#read(key);
      this.samples.push({ at, ms: performance.now() - at, ok, cached });
      await sleep(THINK_MS * (0.5 + Math.random()));
    }
  }

  #read(key: string): Promise<{ ok: boolean; cached: boolean }> {
    return new Promise((resolve) => {
      const failed = (): void => {
        resolve({ ok: false, cached: false });
      };
      const sent = request(
        `${this.url}/read?key=${key}`,
        { agent: this.#agent, signal: AbortSignal.timeout(TIMEOUT_MS) },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('error', failed);
          response.on('end', () => {
            const ok = response.statusCode === 200 && text === valueOf(key);
            resolve({ ok, cached: response.headers['x-source'] === 'cache' });
          });
        },
      );
      sent.on('error', failed);
      sent.end();
    });
  }
}

/** `p` in 0..1; 0 for no samples. */
export function percentile(samples: readonly Sample[], p: number): number {
  const sorted = samples.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? 0;
}
