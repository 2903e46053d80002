import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { guard } from './reaper.js';
import type { ServerRunner, ServerSignal } from './server-runner.js';

const execute = promisify(execFile);

export interface ContainerOptions {
  image: string;
  /** Unique on this machine. */
  name: string;
  /** Port on the loopback interface, and the port that the server listens on inside. */
  ports: { host: number; container: number };
  environment?: Record<string, string>;
  volume?: { host: string; container: string } | undefined;
  /** What follows the image's name: the server's command line. */
  command: readonly string[];
}

/** Runs a server as a container of the Docker engine, through its command line. */
export class ContainerRunner implements ServerRunner {
  /** Belongs to the engine, and may be on another machine altogether. */
  readonly pid = undefined;
  private release: (() => void) | undefined;

  constructor(private readonly options: ContainerOptions) {}

  async start(): Promise<void> {
    const { name } = this.options;
    if (this.release !== undefined) {
      await docker('start', name);
      return;
    }
    this.release = guard({ container: name });
    await docker(...runArguments(this.options));
  }

  async signal(signal: ServerSignal): Promise<void> {
    const { name } = this.options;
    // Pausing freezes every process of the container, which a signal to its first one does not.
    if (signal === 'SIGSTOP') await tolerantly('pause', name);
    else if (signal === 'SIGCONT') await tolerantly('unpause', name);
    else await tolerantly('kill', '--signal', signal, name);
  }

  async end(): Promise<void> {
    await this.signal('SIGCONT');
    await docker('stop', '--time', '10', this.options.name);
  }

  async remove(): Promise<void> {
    await docker('rm', '--force', '--volumes', this.options.name);
    this.release?.();
    this.release = undefined;
  }

  async lastOutput(): Promise<string | undefined> {
    const { name } = this.options;
    if ((await docker('inspect', '--format', '{{.State.Running}}', name)) === 'true') {
      return undefined;
    }
    return docker('logs', '--tail', '20', name);
  }
}

/** The arguments of `docker` that start such a container for the first time. */
export function runArguments(options: ContainerOptions): string[] {
  const { image, name, ports, environment = {}, volume, command } = options;
  return [
    'run',
    '--detach',
    ...['--name', name],
    ...['--publish', `127.0.0.1:${ports.host}:${ports.container}`],
    ...Object.entries(environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    ...(volume === undefined ? [] : ['--volume', `${volume.host}:${volume.container}`]),
    image,
    ...command,
  ];
}

async function docker(...args: string[]): Promise<string> {
  const { stdout, stderr } = await execute('docker', args);
  return `${stdout}${stderr}`.trim();
}

/** A signal to a server that is not in the state for it does nothing, as with a process. */
async function tolerantly(...args: string[]): Promise<void> {
  try {
    await docker(...args);
  } catch (error) {
    if (!/already paused|not paused|not running/.test(String(error))) throw error;
  }
}
