import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ProxyMode, TcpProxy } from '../../test/servers/tcp-proxy.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The commands to the process with the proxies, carried out in this order. */
export type ProxyCommand = { readonly id: number } & (
  | { readonly do: 'start' | 'retarget'; readonly target: number }
  | { readonly do: 'become'; readonly mode: ProxyMode }
  | { readonly do: 'reset' }
);

/** A network of one process of a fleet, to be broken: see `TcpProxy`. */
export type RemoteProxy = Pick<TcpProxy, 'port' | 'become' | 'retarget' | 'reset'>;

/** Starts proxies in a process of their own, which ends with this one. */
export class RemoteProxies {
  readonly #child: ChildProcess;
  #count = 0;

  constructor() {
    this.#child = fork('verify/faults/proxies.main.ts', {
      cwd: ROOT,
      execArgv: ['--import', './tools/typescript.mjs'],
    });
  }

  async start(target: number): Promise<RemoteProxy> {
    const id = this.#count++;
    this.#send({ id, do: 'start', target });
    const port = await this.#portOf(id);
    return {
      port,
      become: (mode) => {
        this.#send({ id, do: 'become', mode });
      },
      retarget: (to) => {
        this.#send({ id, do: 'retarget', target: to });
      },
      reset: () => {
        this.#send({ id, do: 'reset' });
      },
    };
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  async #portOf(id: number): Promise<number> {
    for (;;) {
      const [answer] = (await once(this.#child, 'message')) as [{ id: number; port: number }];
      if (answer.id === id) return answer.port;
    }
  }

  #send(command: ProxyCommand): void {
    // To one that has ended it is not sent; the fleet cannot reach its store then, and says so.
    this.#child.send(command, () => undefined);
  }
}
