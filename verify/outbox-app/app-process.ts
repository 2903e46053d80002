import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** What the application is told. */
export interface AppSettings {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly outbox: boolean;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUILT = `${ROOT}.tmp/outbox-app-${process.pid}.mjs`;

/** Bundles the application with the libraries of this repository, so that a process starts quickly. */
export async function buildApp(): Promise<{ remove: () => Promise<void> }> {
  await mkdir(`${ROOT}.tmp`, { recursive: true });
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['verify/outbox-app/app.ts'],
    outfile: BUILT,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // `tsconfig.json` leads to the sources of the libraries.
    external: ['express', 'typeorm', 'pg', 'redis', 'lru-cache', '@nestjs/*', 'rxjs'],
    logLevel: 'error',
  });
  return { remove: () => rm(BUILT, { force: true }) };
}

/** One process of the application. */
export class AppProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
  ) {}

  static async start(settings: AppSettings): Promise<AppProcess> {
    const child = fork(BUILT, [JSON.stringify(settings)]);
    const died = once(child, 'exit').then(([code]) => {
      throw new Error(`the application ended with ${String(code)} before it served`);
    });
    const [port] = (await Promise.race([once(child, 'message'), died])) as [number];
    died.catch(() => undefined);
    return new AppProcess(child, port);
  }

  /** The price, and whether it came from the cache. */
  async read(id: number): Promise<{ n: number; hit: boolean }> {
    const response = await fetch(`http://127.0.0.1:${this.port}/prices/${id}`);
    if (!response.ok) throw new Error(`GET answered ${response.status}`);
    return (await response.json()) as { n: number; hit: boolean }; // of the application
  }

  /** Writes, and dies between the commit and the removal. @returns when it was dead, by `performance.now()` */
  async writeAndDie(id: number, n: number): Promise<number> {
    const exit = once(this.child, 'exit');
    const url = `http://127.0.0.1:${this.port}/prices/${id}/${n}?die`;
    const answer = await fetch(url, { method: 'PUT' }).catch(() => undefined);
    if (answer !== undefined) throw new Error(`the writer answered ${answer.status}, and lives`);
    const [, signal] = (await exit) as [number | null, string | null];
    if (signal !== 'SIGKILL') throw new Error('the writer was not killed');
    return performance.now();
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }
}
