import { Socket } from 'node:net';

/**
 * A socket that connects nowhere: it fails with the reason it was given, a moment after it was asked
 * to connect. For a pool that has to fail whoever waits for a connection without touching the network:
 * every attempt would end in the backlog of the frozen server, which then, once it goes on, has them
 * all to answer before any that matters.
 */
export class RefusingSocket extends Socket {
  constructor(private readonly reason: Error) {
    super();
  }

  override connect(..._where: unknown[]): this {
    setImmediate(() => this.destroy(this.reason));
    return this;
  }
}
