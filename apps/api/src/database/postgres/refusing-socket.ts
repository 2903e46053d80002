import { Socket } from 'node:net';

/**
 * A socket that connects nowhere: it fails with the given reason, a moment after it was asked to
 * connect. With it a pool fails its waiting callers without touching the network. Real attempts would
 * fill the backlog of a frozen server, which would have to answer them all when it resumes.
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
