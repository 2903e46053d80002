/** A worker's command line, as JSON. */
export interface WorkerSetup {
  readonly adapter: string;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly historyPath: string;
  /** Which of the processes this is, and how many there are. */
  readonly index: number;
  readonly processes: number;
  readonly seed: number;
  readonly users: number;
  readonly readers: number;
  readonly writers: number;
  /** Mean milliseconds that a writer rests between two writes. */
  readonly restMs: number;
  /** Mean milliseconds that a reader waits between two reads. */
  readonly thinkMs: number;
}

export type ToWorker =
  /** Begin; `origin` is the zero of the history's clock. */
  | { readonly type: 'go'; readonly origin: string; readonly seconds: number }
  /** Operations have ended: read every key and compare. */
  | { readonly type: 'audit' };

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'quiet' }
  /** Keys that still show an old state a second after the last operation. */
  | { readonly type: 'audited'; readonly stuck: number };
