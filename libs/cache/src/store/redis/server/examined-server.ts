import { CacheUnavailableError, unlessRefused, unlessUnavailable } from '../../../cache-errors.js';
import type { Clock } from '../../../clock.js';
import { isUnlisted } from '../../../keys/key-validation.js';
import type {
  KeySample,
  ServerFacts,
  ServerPlace,
  StoreServer,
  WatchTurn,
} from '../../store-server.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import type { ServerSettings } from '../connection/redis-settings.js';
import type { KeyLayout } from '../key-layout.js';
import { asBytes, asList, asNumber, asText } from '../replies.js';
import { EXAMINE_KEYS, PROBE_COMMANDS, WATCH_TURN } from '../scripts/compiled-scripts.js';
import type { Script } from '../scripts/script.js';
import { placeOf } from './server-place.js';

/** Names that a look takes from the database. */
const SAMPLE = 500;
/** Bookkeeping that has no expiry: with so few such keys in the database no life is looked at. */
const OWN_PERSISTENT = 8;

type Permissions = Pick<ServerFacts, 'forbidden' | 'keysForbidden'>;

/** The Redis server, as the doctor looks at it. */
export class ExaminedServer implements StoreServer {
  readonly place: ServerPlace;
  /** The connection on which the user may not ask for settings. */
  #noConfigOn = -1;
  /** What the last probe of commands found, on which connection, and after how many errors. */
  #probed: (Permissions & { readonly on: number; readonly errors: number }) | undefined;

  constructor(
    settings: ServerSettings,
    private readonly connection: RedisConnection,
    private readonly layout: KeyLayout,
    private readonly clock: Clock,
    private readonly withinMs: number,
    /** What begins with it in the database belongs to this cache. */
    private readonly family: string,
  ) {
    this.place = placeOf(settings);
  }

  get outage(): string | undefined {
    return this.connection.outage;
  }

  info(): Promise<ReadonlyMap<string, string> | undefined> {
    return unlessUnavailable(this.#fields());
  }

  async examine(keys: readonly string[]): Promise<ServerFacts> {
    const info = await this.#fields();
    const roundTrips = [await this.#timed(), await this.#timed()];
    const { roundTripMs, aheadMs } = await this.#clock();
    const { forbidden, keysForbidden } = await this.#permissions(info);
    const sampled = await unlessRefused(this.#sample(info, keys));
    return {
      info,
      forbidden: info === undefined ? [...forbidden, 'info'] : forbidden,
      keysForbidden,
      roundTripMs: Math.round(Math.min(...roundTrips, roundTripMs) * 1_000) / 1_000,
      clockAheadMs: aheadMs,
      lazyEviction: await this.#setting('lazyfree-lazy-eviction'),
      fullCoverage:
        info?.get('cluster_enabled') === '1'
          ? await this.#setting('cluster-require-full-coverage')
          : undefined,
      ...(sampled ?? { write: undefined, sample: undefined, sizes: new Map() }),
    };
  }

  async watch(holder: string, ms: number, note?: string): Promise<WatchTurn> {
    const keep = note === undefined ? ['0', ''] : ['1', note];
    const args = [holder, String(ms), ...keep];
    const [held, last] = asList(await this.#run(WATCH_TURN, [this.layout.board('watch')], args));
    return { held: asNumber(held) === 1, note: last === '' ? undefined : asText(last) };
  }

  async #fields(): Promise<ReadonlyMap<string, string> | undefined> {
    const reply = await unlessRefused(this.#send(['INFO']));
    if (reply === undefined) return undefined;
    const lines = asBytes(reply).toString().split('\r\n');
    return new Map(
      lines.flatMap((line) => {
        const colon = line.indexOf(':');
        return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
      }),
    );
  }

  async #timed(): Promise<number> {
    const begun = this.clock.now();
    await unlessRefused(this.#send(['PING']));
    return this.clock.now() - begun;
  }

  /** The server read its clock at some moment of the round trip: what lies within it is no difference. */
  async #clock(): Promise<{ readonly roundTripMs: number; readonly aheadMs: number | undefined }> {
    const [sentAt, begun] = [Date.now(), this.clock.now()];
    const reply = await unlessRefused(this.#send(['TIME']));
    const roundTripMs = this.clock.now() - begun;
    if (reply === undefined) return { roundTripMs, aheadMs: undefined };
    const [seconds = 0, micros = 0] = asList(reply).map((part) => Number(asBytes(part).toString()));
    const theirs = seconds * 1_000 + micros / 1_000;
    const late = Math.max(sentAt - theirs, 0);
    return { roundTripMs, aheadMs: Math.max(theirs - sentAt - roundTripMs, 0) - late };
  }

  /** Probes again after anything was refused; an idle server is probed once. */
  async #permissions(info: ReadonlyMap<string, string> | undefined): Promise<Permissions> {
    const { generation } = this.connection;
    const errors = ['errorstat_ERR', 'errorstat_NOPERM']
      .map((name) => Number(/\d+/.exec(info?.get(name) ?? '0')?.[0] ?? 0))
      .reduce((sum, count) => sum + count, 0);
    const last = this.#probed;
    const isKnown =
      last?.on === generation && last.errors === errors && last.forbidden.length === 0;
    if (isKnown && info !== undefined && !last.keysForbidden) return last;
    const name = this.layout.own('probe');
    const probed = await this.#run(PROBE_COMMANDS, [name], []).then(permissionsIn, refusedProbe);
    this.#probed = { on: generation, errors, ...probed };
    return probed;
  }

  async #sample(
    info: ReadonlyMap<string, string> | undefined,
    wanted: readonly string[],
  ): Promise<Pick<ServerFacts, 'write' | 'sample' | 'sizes'>> {
    const { layout } = this;
    const [, found] = asList(await this.#send(['SCAN', '0', 'COUNT', String(SAMPLE)]));
    const all = asList(found).map(asBytes).slice(0, SAMPLE);
    const beginsWith = (name: Buffer, prefix: Buffer): boolean =>
      name.subarray(0, prefix.length).equals(prefix);
    const family = Buffer.from(this.family);
    const others = all.filter((name) => !beginsWith(name, family)).length;
    const ours = all.filter((name) => beginsWith(name, layout.prefixBytes));
    const names = ours.filter((name) => layout.memberOf(name) !== undefined);
    const looked = [...names, ...wanted.map((key) => Buffer.from(layout.data(key)))];
    const members = looked.map((name) => name.subarray(layout.prefixBytes.length));
    const lives = mayLackExpiry(info, this.place.database) ? '1' : '0';
    const keys = [Buffer.from(layout.index), Buffer.from(layout.own('probe')), ...looked];
    const reply = await this.connection.run(
      EXAMINE_KEYS,
      keys,
      [lives, ...members],
      this.withinMs,
      'optional',
    );
    const [write, complete, card, ...rest] = asList(reply);
    const looks = looked.map((name, at) => {
      const [size = -1, known = 1, persistent = 0] = rest.slice(3 * at, 3 * at + 3).map(asNumber);
      return { name, key: members[at]?.toString() ?? '', size, known, persistent };
    });
    const sampled = looks.slice(0, names.length).filter(({ size }) => size !== -1);
    const isComplete = asNumber(complete) === 1;
    const sample: KeySample = {
      names: all.length,
      others,
      keys: sampled.map(({ key }) => key).filter((key) => !isUnlisted(key)),
      unindexed: isComplete
        ? sampled
            .filter(({ known }) => known === 0)
            .map(({ name }) => name.toString())
            .sort()
        : [],
      persistent: sampled.filter(({ persistent }) => persistent === 1).length,
      members: isComplete ? Math.max(0, asNumber(card) - 1) : undefined,
    };
    const sizes = looks.slice(names.length).filter(({ size }) => size >= 0);
    return {
      write: /^-?(\w+)/.exec(asText(write) ?? '')?.[1],
      sample,
      sizes: new Map(sizes.map(({ key, size }) => [key, size])),
    };
  }

  /** A refusal is remembered for the connection: each leaves a line in the server's ACL log. */
  async #setting(name: string): Promise<boolean | undefined> {
    const { generation } = this.connection;
    if (this.#noConfigOn === generation) return undefined;
    const reply = await unlessRefused(this.#send(['CONFIG', 'GET', name]));
    if (reply === undefined) this.#noConfigOn = generation;
    const value = pairValue(reply);
    return value === undefined ? undefined : value === 'yes';
  }

  #send(command: readonly string[]): Promise<unknown> {
    return this.connection.sendForBytes(command, this.withinMs, 'optional');
  }

  #run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return this.connection.run(script, keys, args, this.withinMs, 'optional');
  }
}

function permissionsIn(reply: unknown): Permissions {
  const forbidden = asList(reply).flatMap((name) => asText(name) ?? []);
  return { forbidden, keysForbidden: false };
}

/** The script itself is forbidden, or the keys that it names. */
function refusedProbe(error: unknown): Permissions {
  if (!(error instanceof CacheUnavailableError && error.reason === 'refused')) throw error;
  const { message } = Object(error.cause) as Partial<Error>; // what the server has answered
  const keysForbidden = /access (?:a|one of the) key/i.test(message ?? '');
  return { forbidden: keysForbidden ? [] : ['eval'], keysForbidden };
}

/** Whether the database has more keys without expiry than the cache's bookkeeping. */
function mayLackExpiry(info: ReadonlyMap<string, string> | undefined, database: number): boolean {
  const [, keys = 0, expires = 0] = (
    /keys=(\d+),expires=(\d+)/.exec(info?.get(`db${database}`) ?? '') ?? []
  ).map(Number);
  // Under such a policy even one of them matters.
  if (info?.get('maxmemory_policy')?.startsWith('volatile-') === true) return true;
  return keys - expires > OWN_PERSISTENT;
}

/** The value in the answer of `CONFIG GET` for one setting: a list, or in RESP3 a map. */
function pairValue(reply: unknown): string | undefined {
  const values = Array.isArray(reply) ? reply.slice(1) : Object.values(Object(reply) as object);
  const [value] = values as readonly unknown[];
  return value === undefined ? undefined : asBytes(value).toString();
}
