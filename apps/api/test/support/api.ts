import { afterAll, beforeAll, describe } from '@jest/globals';
import { rm } from 'node:fs/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Canary } from './canary.js';
import { newDataFolder } from './data-folder.js';
import { SETUPS, startServers, type Servers, type Setup } from './setup-servers.js';
import { createApp } from '../../src/create-app.js';

export type Role = 'admin' | 'supervisor' | 'usuario';

export const IDS: Readonly<Record<Role, number>> = { admin: 1, usuario: 2, supervisor: 3 };
export const EMAILS: Readonly<Record<Role, string>> = {
  admin: 'admin@gad.local',
  usuario: 'usuario@gad.local',
  supervisor: 'supervisor@gad.local',
};
export const DEMO_PASSWORD = 'gad-demo';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON, or the text when it is none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into bodies freely
  readonly body: any;
}

export interface CallOptions {
  /** Sent as bearer token: a role's own, or any text. */
  readonly as?: Role | { readonly token: string };
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The API with demo data, listening on a free loopback port, spoken to over real HTTP. */
export class TestApi {
  private readonly tokens = new Map<Role, string>();

  private constructor(
    readonly app: NestFastifyApplication,
    readonly url: string,
    private readonly servers: Servers,
    private readonly dataDir: string,
    private readonly canary: Canary,
  ) {}

  static async start(
    setup: Setup,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<TestApi> {
    const servers = await startServers(setup, variables);
    const dataDir = await newDataFolder({ ...servers.variables, ...variables });
    const canary = new Canary();
    const settings = {
      NODE_ENV: 'test',
      LOG_LEVEL: 'trace',
      DATA_DIR: dataDir,
      DEMO_DATA: 'true',
      LOGIN_RATE_LIMIT: '0',
      PUBLIC_RATE_LIMIT: '0',
      // A busy machine must not turn a hit into a miss: suites about deadlines set their own.
      CACHE_DEADLINE_MS: '10000',
      ...servers.variables,
      ...variables,
    };
    const app = await createApp(settings, canary.stream);
    try {
      await app.listen(0, '127.0.0.1');
    } catch (error) {
      await app.close();
      throw error;
    }
    const url = await app.getUrl();
    return new TestApi(app, url, servers, dataDir, canary);
  }

  get redisUrl(): string | undefined {
    return this.servers.redisUrl;
  }

  get databaseUrl(): string | undefined {
    return this.servers.variables['DATABASE_URL'];
  }

  /** Every line that was logged, at every level. */
  get log(): readonly string[] {
    return this.canary.lines;
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.servers.stop?.();
    await rm(this.dataDir, { recursive: true, force: true });
    this.canary.check();
  }

  async login(role: Role): Promise<string> {
    const known = this.tokens.get(role);
    if (known !== undefined) return known;
    const { body } = await this.call('POST', '/auth/login', {
      body: { email: EMAILS[role], password: DEMO_PASSWORD },
    });
    const { access_token: token } = body as { access_token: string };
    this.tokens.set(role, token);
    return token;
  }

  /** @param path below `/api/v1`, or from the root when it starts with `//` */
  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const { as: who, body, headers = {} } = options;
    const token = typeof who === 'string' ? await this.login(who) : who?.token;
    const url = path.startsWith('//') ? this.url + path.slice(1) : `${this.url}/api/v1${path}`;
    const response = await fetch(url, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    for (const side of [typeof body === 'string' ? parse(body) : body, parse(text)]) {
      this.canary.note(side);
    }
    return { status: response.status, headers: response.headers, body: parse(text) };
  }

  get(path: string, options?: CallOptions): Promise<Answer> {
    return this.call('GET', path, options);
  }
  post(path: string, options?: CallOptions): Promise<Answer> {
    return this.call('POST', path, options);
  }
  patch(path: string, options?: CallOptions): Promise<Answer> {
    return this.call('PATCH', path, options);
  }
  delete(path: string, options?: CallOptions): Promise<Answer> {
    return this.call('DELETE', path, options);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Runs the same cases on both set-ups, one API for all of them. */
export function onEverySetup(title: string, cases: (api: () => TestApi) => void): void {
  onSetups(SETUPS, title, cases);
}

/** As `onEverySetup`, and with a pooler before PostgreSQL as well: for what concerns the database. */
export function onEveryDatabaseSetup(title: string, cases: (api: () => TestApi) => void): void {
  onSetups([...SETUPS, 'pooler'], title, cases);
}

/**
 * As `onEveryDatabaseSetup`, and behind Sentinel and with copies in process memory as well: for
 * what concerns the cache.
 */
export function onEveryCacheSetup(title: string, cases: (api: () => TestApi) => void): void {
  onSetups([...SETUPS, 'sentinel', 'copies', 'pooler'], title, cases);
}

function onSetups(
  setups: readonly Setup[],
  title: string,
  cases: (api: () => TestApi) => void,
): void {
  describe.each(setups)(`${title} (%s)`, (setup) => {
    let api: TestApi | undefined;
    beforeAll(async () => {
      api = await TestApi.start(setup);
    }, 120_000);
    afterAll(async () => {
      await api?.stop();
    });
    cases(() => {
      if (!api) throw new Error('the API did not start');
      return api;
    });
  });
}
