import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCache } from '@gad/cache';
import type { Cache, CacheModuleOptions, DoctorOptions, FindingText } from '@gad/cache/engine';
import { Doctor, DoctorWatch } from '@gad/cache/engine';
import { diagnosisInWords, silentLog } from '@gad/cache/store';
import type { RedisServer } from './redis-server.js';
import { startRedis } from './redis-server.js';

/** A server with which nothing is wrong. */
const HEALTHY = { maxmemory: '256mb', 'maxmemory-policy': 'allkeys-lru' };
// No case depends on how busy the machine is.
const GENEROUS = { prefix: 'gad:', deadlineMs: 5_000, removalTimeoutMs: 10_000 };

type Options = Omit<CacheModuleOptions, 'redis'>;

/** A server of one's own, a cache on it, and a doctor. */
export class DoctorStage {
  /** Lines of the watch. */
  readonly lines: string[] = [];
  readonly #programs: ChildProcess[] = [];
  #options: Options = {};
  #warn: DoctorOptions['warn'];
  #cache: Cache | undefined;
  #watch: DoctorWatch | undefined;

  private constructor(
    readonly server: RedisServer,
    /** Where the cache connects. */
    public url: string,
  ) {}

  static async start(config: Readonly<Record<string, string>> = HEALTHY): Promise<DoctorStage> {
    const server = await startRedis(config);
    return new DoctorStage(server, server.url);
  }

  get cache(): Cache {
    if (this.#cache === undefined) throw new Error('the stage is not open');
    return this.#cache;
  }

  get watch(): DoctorWatch {
    if (this.#watch === undefined) throw new Error('the stage is not open');
    return this.#watch;
  }

  /** Opens the cache, anew if it was open. @param isUsable whether its user may use it */
  async open(options = this.#options, warn = this.#warn, isUsable = true): Promise<void> {
    await this.#cache?.close();
    [this.#options, this.#warn] = [options, warn];
    const redis = { url: this.url };
    const all: CacheModuleOptions = { ...GENEROUS, analytics: true, ...options, redis };
    const cache = createCache(all, silentLog);
    await cache.open();
    // The index of an empty database is made in the background.
    if (isUsable) await cache.listKeys({});
    const doctor = new Doctor(cache, { cache: all, ...(warn && { warn }) });
    const note = (message: string): void => void this.lines.push(message);
    const logger = { notice: note, warn: note };
    this.#cache = cache;
    this.#watch = new DoctorWatch({ cache, diagnose: () => doctor.diagnose(), logger });
    this.diagnose = async () => {
      await cache.fleet?.report();
      return diagnosisInWords(await doctor.diagnose(), 'en');
    };
  }

  /** All findings, in English. */
  diagnose: () => Promise<FindingText[]> = () => Promise.reject(new Error('not open'));

  /** The findings that matter. */
  async wrong(): Promise<FindingText[]> {
    return (await this.diagnose()).filter(({ severity }) => /^(fail|warn)$/.test(severity));
  }

  async severityOf(id: string): Promise<string | undefined> {
    return (await this.diagnose()).find((finding) => finding.id === id)?.severity;
  }

  /** Carries a fix out as it is written: a setting of the cache, or a command line. */
  async carryOut(fix: string): Promise<void> {
    const [, option, value] = /^([\w.]+): (\S+)$/.exec(fix) ?? [];
    if (option !== undefined && value !== undefined) return this.#set(option, value);
    const program = spawn('sh', ['-c', fix.startsWith('redis-server') ? `exec ${fix}` : fix]);
    if (fix.startsWith('redis-server')) {
      this.#programs.push(program);
      while (!this.cache.connected) await sleep(50);
      return;
    }
    const output: string[] = [];
    program.stdout.on('data', (chunk) => output.push(String(chunk)));
    program.stderr.on('data', (chunk) => output.push(String(chunk)));
    await once(program, 'close');
    // redis-cli ends with 0 whatever the server answers.
    if (program.exitCode !== 0 || /ERR|NOPERM|denied/.test(output.join(''))) {
      throw new Error(`${fix}: ${output.join('')}`);
    }
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
    await this.#cache?.close();
    for (const program of this.#programs) {
      const ended = once(program, 'exit');
      program.kill('SIGKILL');
      await ended;
    }
    await this.server.stop();
  }

  async #set(option: string, value: string): Promise<void> {
    const number = Number(value);
    if (option === 'redis.database') this.url = `${this.server.url}/${value}`;
    if (option === 'redis.address') this.url = `redis://${value}`;
    const set: Readonly<Record<string, Options>> = {
      'redis.database': {},
      'redis.address': {},
      local: { local: { barrier: value === 'true' } },
      deadlineMs: { deadlineMs: number },
      'compression.threshold': { compression: number === 0 ? 'off' : { threshold: number } },
    };
    const warn = option === 'warn.keys' ? { keys: number } : this.#warn;
    if (set[option] === undefined && option !== 'warn.keys') throw new Error(`unknown: ${option}`);
    await this.open({ ...this.#options, ...set[option] }, warn);
  }
}
