/** Signals that the tests send to servers: end at once, freeze, go on. */
export type ServerSignal = 'SIGKILL' | 'SIGSTOP' | 'SIGCONT';

/** One server of a test, whatever runs it: a process of this machine or a container. */
export interface ServerRunner {
  /** The main process, while it runs and if this machine can see it. */
  readonly pid: number | undefined;

  /** Starts the server; resolves as soon as it has been started, not when it answers. */
  start(): Promise<void>;

  /** Reaches the server's child processes as well: a frozen database has no live backends. */
  signal(signal: ServerSignal): Promise<void>;

  /** Ends the server in the orderly way, or by force when it does not follow; keeps its data. */
  end(): Promise<void>;

  /** Ends the server and removes everything that it has left. */
  remove(): Promise<void>;

  /** The last lines that the server has written, and undefined while it runs. */
  lastOutput(): Promise<string | undefined>;
}
