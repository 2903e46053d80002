import { setTimeout as sleep } from 'node:timers/promises';
import { startApiProcess, type ApiProcess } from '../../apps/api/test/support/api-process.js';
import { guard } from '../../test/servers/reaper.js';
import type { Downtimes } from './downtimes.js';
import type { Order } from './order.js';
import { RemoteProxies, type RemoteProxy } from './remote-proxies.js';
import type { StoreHost } from './store-host.js';
import type { Subject } from './subjects.js';

/**
 * Processes that are killed again and again spend much of their life before their code is fast. With
 * this the V8 of Node 20 learns from the first call on; later ones have a quick compiler instead.
 */
const FLAGS = process.versions.node.startsWith('20.') ? ['--no-lazy-feedback-allocation'] : [];
/** A process that died is started again after so long, as a supervisor would. */
const RESTART_MS = 500;

/** One application process with its own ways to Redis. */
export interface Member {
  readonly index: number;
  /** To the first server, which is the only one but on a Cluster. */
  readonly proxy: RemoteProxy;
  /** Its ways to all servers of the store, in the order of their ports. */
  readonly proxies: readonly RemoteProxy[];
  /** Where it listens; another port after each start. */
  url: string;
  /** Undefined while it is dead. */
  running: ApiProcess | undefined;
}

export interface FleetSetup {
  readonly subject: Subject;
  readonly processes: number;
  readonly store: StoreHost;
  readonly databaseUrl: string;
  readonly downtimes: Downtimes;
}

/** The application's processes. One that ends is started again. */
export class Fleet {
  readonly members: Member[] = [];
  /** How many processes ended without the harness having asked for it. */
  exits = 0;
  readonly #proxies = new RemoteProxies();
  #expected = new Set<Member>();
  #closed = false;
  #restarts = new Set<Promise<void>>();

  private constructor(private readonly setup: FleetSetup) {}

  static async start(setup: FleetSetup): Promise<Fleet> {
    const fleet = new Fleet(setup);
    try {
      for (let index = 0; index < setup.processes; index += 1) {
        const proxies: RemoteProxy[] = [];
        for (const port of setup.store.ports) proxies.push(await fleet.#proxies.start(port));
        const [proxy] = proxies;
        if (proxy === undefined) throw new Error('the store has no server');
        fleet.members.push({ index, proxy, proxies, url: '', running: undefined });
      }
      const [first, ...others] = fleet.members;
      // The first one migrates the database.
      if (first !== undefined) await fleet.#start(first);
      await Promise.all(others.map((member) => fleet.#start(member)));
      return fleet;
    } catch (error) {
      await fleet.close();
      throw error;
    }
  }

  /** Has every process lead to another Redis from its next connection on. */
  retarget(port: number, members: readonly Member[] = this.members): void {
    for (const { proxy } of members) {
      proxy.retarget(port);
      proxy.reset();
    }
  }

  /** SIGKILL; resolves when the process has been started again. */
  async kill(member: Member): Promise<void> {
    const before = member.running;
    this.#expected.add(member);
    before?.signal('SIGKILL');
    await backAgain(member, before);
  }

  async freeze(member: Member, ms: number): Promise<void> {
    const end = this.setup.downtimes.begin(member.index);
    member.running?.signal('SIGSTOP');
    await sleep(ms);
    member.running?.signal('SIGCONT');
    end();
  }

  /**
   * Gives an order to these processes, and resolves when one of them has died of it and is back;
   * the others are disarmed.
   *
   * @returns false when none did within the time
   */
  async order(order: Order, members: readonly Member[], withinMs: number): Promise<boolean> {
    for (const member of members) {
      this.#expected.add(member);
      member.running?.send(order);
    }
    const before = members.map(({ running }) => running);
    const end = performance.now() + withinMs;
    const struck = (): Member | undefined =>
      members.find(({ running }, at) => running !== before[at]);
    while (struck() === undefined && performance.now() < end) await sleep(10);
    const victim = struck();
    for (const member of members) {
      if (member === victim) continue;
      this.#expected.delete(member);
      member.running?.send('disarm');
    }
    if (victim === undefined) return false;
    await backAgain(victim, before[members.indexOf(victim)]);
    return true;
  }

  /**
   * Gives an order to these processes, of which one will say that the moment has come and wait there
   * for what is done meanwhile; the others are disarmed.
   *
   * @returns false when none did within the time
   */
  async holdAt(
    order: Order,
    members: readonly Member[],
    withinMs: number,
    meanwhile: (held: Member) => Promise<unknown>,
  ): Promise<boolean> {
    const over = new AbortController();
    const timeout = AbortSignal.timeout(withinMs);
    const signal = AbortSignal.any([over.signal, timeout]);
    const says = members.flatMap((member) =>
      member.running === undefined ? [] : [member.running.message(signal).then(() => member)],
    );
    for (const { running } of members) running?.send(order);
    let held: Member;
    try {
      held = await Promise.any(says);
    } catch {
      for (const { running } of members) running?.send('disarm');
      return false;
    } finally {
      over.abort();
      await Promise.allSettled(says);
    }
    for (const member of members) if (member !== held) member.running?.send('disarm');
    await meanwhile(held);
    held.running?.send('disarm');
    return true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#restarts);
    await Promise.all(this.members.map(async ({ running }) => running?.dispose()));
    await this.#proxies.close();
  }

  async #start(member: Member): Promise<void> {
    const { subject, databaseUrl, store } = this.setup;
    const { own, program } = subject;
    const running = await startApiProcess(
      {
        ...subject.variables,
        ...store.variables(member.proxies.map(({ port }) => port)),
        DATABASE_URL: databaseUrl,
        JWT_SECRET: 'the-fault-harness-signs-with-these-32-bytes',
        // A run is not about sessions that end.
        JWT_ACCESS_TTL: '86400',
        CACHE_LOG_LEVEL: 'off',
      },
      { flags: FLAGS, takesOrders: own, ...(program === undefined ? {} : { program }) },
    );
    member.url = running.url;
    member.running = running;
    const forget = guard({ pid: running.pid, signal: 'SIGKILL' });
    void running.ended().then(() => {
      forget();
      member.running = undefined;
      void running.dispose();
      if (this.#closed) return;
      const restart = this.#revive(member).finally(() => this.#restarts.delete(restart));
      this.#restarts.add(restart);
    });
  }

  async #revive(member: Member): Promise<void> {
    const end = this.setup.downtimes.begin(member.index);
    if (!this.#expected.delete(member)) this.exits += 1;
    await sleep(RESTART_MS);
    while (!this.#closed) {
      try {
        await this.#start(member);
        break;
      } catch {
        // It could not start, perhaps because the database or Redis is unavailable as well: once more.
        await sleep(RESTART_MS);
      }
    }
    end();
  }
}

/** Resolves when another process than before runs in this place. */
async function backAgain(member: Member, before: ApiProcess | undefined): Promise<void> {
  while (member.running === undefined || member.running === before) await sleep(20);
}
