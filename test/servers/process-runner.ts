import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { guard } from './reaper.js';
import { childrenOf, sendSignal } from './process-tree.js';
import type { ServerRunner, ServerSignal } from './server-runner.js';

const TIMEOUT_MS = 10_000;

export interface ProcessOptions {
  program: string;
  args: readonly string[];
  /** The signal that asks for an orderly end, with everything kept. */
  endSignal: NodeJS.Signals;
  /** The quickest signal after which nothing but files is left behind (PostgreSQL has shared memory). */
  removeSignal: NodeJS.Signals;
  /** Run as this user; only root can ask for another one than itself. */
  user?: { uid: number; gid: number } | undefined;
  /** A directory that `remove` deletes, as does the reaper if this process dies. */
  temporaryDirectory?: string | undefined;
}

/** Runs a server as a child process. */
export class ProcessRunner implements ServerRunner {
  private child: ChildProcess | undefined;
  private output = '';
  private readonly release: () => void;

  constructor(private readonly options: ProcessOptions) {
    const directory = options.temporaryDirectory;
    this.release = directory === undefined ? () => undefined : guard({ directory });
  }

  get pid(): number | undefined {
    return this.running()?.pid;
  }

  async start(): Promise<void> {
    const { program, args, user } = this.options;
    const child = spawn(program, args, {
      // In a session of its own: Ctrl-C must not end it before the test has; the reaper sees to
      // it that it ends.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...user,
    });
    this.child = child;
    this.output = '';
    const collect = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-4_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    await once(child, 'spawn');
    if (child.pid !== undefined) {
      child.once('exit', guard({ pid: child.pid, signal: this.options.removeSignal }));
    }
    // A suite that forgets to stop its server must fail for its assertions, not hang for this.
    child.unref();
    for (const stream of [child.stdout, child.stderr]) {
      // The pipes are sockets and can be unreferenced too, which the type of a stream does not say.
      (stream as typeof stream & { unref(): void }).unref();
    }
  }

  async signal(signal: ServerSignal): Promise<void> {
    const child = this.running();
    if (child?.pid === undefined) return;
    const tree = [child.pid, ...childrenOf(child.pid)];
    const ended = signal === 'SIGKILL' ? once(child, 'exit') : undefined;
    for (const pid of tree) sendSignal(pid, signal);
    if (ended === undefined) return;
    child.ref();
    await ended;
  }

  async end(): Promise<void> {
    await this.endWith(this.options.endSignal);
  }

  async remove(): Promise<void> {
    await this.endWith(this.options.removeSignal);
    const directory = this.options.temporaryDirectory;
    if (directory !== undefined) {
      // Backends of a killed PostgreSQL notice within moments and may still write until then.
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    }
    this.release();
  }

  lastOutput(): Promise<string | undefined> {
    return Promise.resolve(this.running() === undefined ? this.output : undefined);
  }

  private async endWith(signal: NodeJS.Signals): Promise<void> {
    const child = this.running();
    if (child === undefined) return;
    child.ref();
    const ended = once(child, 'exit');
    await this.signal('SIGCONT');
    child.kill(signal);
    const force = setTimeout(() => void this.signal('SIGKILL'), TIMEOUT_MS);
    await ended;
    clearTimeout(force);
  }

  private running(): ChildProcess | undefined {
    const child = this.child;
    return child?.exitCode === null && child.signalCode === null ? child : undefined;
  }
}
