import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startPostgres, type PostgresServer } from '../../test/servers/postgres-server.js';
import type { Downtimes } from './downtimes.js';

const execute = promisify(execFile);

/** A PostgreSQL that can be ended, killed and put back to what it was. */
export class DatabaseHost {
  private constructor(
    readonly url: string,
    private readonly server: PostgresServer,
    private readonly downtimes: Downtimes,
  ) {}

  static async start(downtimes: Downtimes): Promise<DatabaseHost> {
    const server = await startPostgres();
    return new DatabaseHost(await server.createDatabase('faults'), server, downtimes);
  }

  /** Its data can be copied, as it does not run inside a container. */
  get canBeCopied(): boolean {
    return this.server.dataFolder !== undefined;
  }

  /** Orderly, with every connection cut ("fast" in PostgreSQL's terms). */
  restart(): Promise<void> {
    return this.#while(() => this.server.end());
  }

  /** SIGKILL to every process of it; it recovers from its log. */
  crash(): Promise<void> {
    return this.#while(() => this.server.kill('SIGKILL'));
  }

  /** Keeps a copy of everything. It is down for that long. */
  backUp(): Promise<void> {
    return this.#while(async () => {
      await this.server.end();
      await execute('rm', ['-rf', `${this.#folder}.copy`]);
      await execute('cp', ['-a', this.#folder, `${this.#folder}.copy`]);
    });
  }

  /** Puts the copy in the place of the data. `meanwhile` runs while it is down. */
  restore(meanwhile: () => Promise<void>): Promise<void> {
    return this.#while(async () => {
      await this.server.end();
      await execute('rm', ['-rf', this.#folder]);
      await execute('mv', [`${this.#folder}.copy`, this.#folder]);
      await meanwhile();
    });
  }

  close(): Promise<void> {
    return this.server.stop();
  }

  get #folder(): string {
    const { dataFolder } = this.server;
    if (dataFolder === undefined) throw new Error('the data of a container cannot be copied');
    return dataFolder;
  }

  async #while(down: () => Promise<void>): Promise<void> {
    const end = this.downtimes.begin('database');
    try {
      await down();
      await this.server.restart();
    } finally {
      end();
    }
  }
}
