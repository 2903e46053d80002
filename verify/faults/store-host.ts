/** A time, in microseconds of the history, for which some usuarios' part of the store was unavailable. */
export interface Outage {
  readonly begin: number;
  readonly end: number;
  /** Whether the usuario's values are in that part. */
  concerns(usuario: number): boolean;
}

/** The store under test: one Redis with its standby, or a Cluster. */
export interface StoreHost {
  /** Of its servers; a process reaches each through a proxy of its own. */
  readonly ports: readonly number[];
  /** The settings of a process that reaches the servers at these ports, in the same order. */
  variables(proxyPorts: readonly number[]): Readonly<Record<string, string>>;
  /** Hands over the outages of single parts since the last call. */
  takeOutages(): readonly Outage[];
  close(): Promise<void>;
}
