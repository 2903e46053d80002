import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { createClient } from 'redis';
import { JwtKey } from '../src/auth/jwt-key.js';
import { PrincipalSeal } from '../src/auth/principals/principal-seal.js';
import { PrincipalsService } from '../src/auth/principals/principals.service.js';
import { SesionesService } from '../src/auth/sesiones.service.js';
import { Database } from '../src/database/database.js';
import { DomainEventBus } from '../src/events/domain-event-bus.js';
import { onEveryCacheSetup, TestApi } from './support/api.js';
import { decodeJwt } from './support/read-answer.js';
import { login, newUsuario, type NewUsuario, type Tokens } from './support/new-usuario.js';

const service = (api: TestApi) => api.app.get(PrincipalsService, { strict: false });

/** The status of the own statistics. */
async function status(api: TestApi, { id }: NewUsuario, tokens: Tokens): Promise<number> {
  return (await api.get(`/stats/user/${id}`, { as: { token: tokens.access_token } })).status;
}

/** Reads until answer and caller come from the cache: the relay removes what a login changed. */
async function warm(api: TestApi, usuario: NewUsuario, tokens: Tokens): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const before = service(api).counts.hits;
    const as = { token: tokens.access_token };
    const answer = await api.get(`/stats/user/${usuario.id}`, { as });
    expect(answer.status).toBe(200);
    if (answer.body._cache.hit === true && service(api).counts.hits > before) return;
  }
  throw new Error('the cache is not used');
}

/** Statements on the wire while `work` runs, those of the log's readers apart. */
async function statements(work: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const background = /domain_events|domain_event_log|gad_read_since|^select 1$|^begin |^commit$/;
  const restore = [pg.Client.prototype, PGlite.prototype].map((prototype) => {
    const driver = prototype as unknown as Record<'query', (...given: unknown[]) => unknown>;
    const { query } = driver;
    driver.query = function (this: unknown, ...given: unknown[]) {
      const text = typeof given[0] === 'string' ? given[0] : JSON.stringify(given[0]);
      if (!background.test(text)) seen.push(text);
      return query.apply(this, given);
    };
    return () => (driver.query = query);
  });
  try {
    await work();
  } finally {
    for (const undo of restore) undo();
  }
  return seen;
}

onEveryCacheSetup('cached principals', (api) => {
  const make = async () => {
    const usuario = await newUsuario(api());
    return { usuario, tokens: await login(api(), usuario) };
  };
  const patch = (id: number, body: object) => api().patch(`/usuarios/${id}`, { as: 'admin', body });

  it('a hit of the statistics sends the database no statement', async () => {
    const { usuario, tokens } = await make();
    await warm(api(), usuario, tokens);
    expect(
      await statements(async () => {
        for (let times = 0; times < 20; times += 1)
          expect(await status(api(), usuario, tokens)).toBe(200);
      }),
    ).toEqual([]);
    // The control: what is counted is counted.
    expect(
      await statements(() => api().get('/auth/me', { as: { token: tokens.access_token } })),
    ).not.toEqual([]);
  });

  it('a logout closes the sesion for the next request, and no other', async () => {
    const { usuario, tokens } = await make();
    const other = await login(api(), usuario);
    await warm(api(), usuario, other);
    await warm(api(), usuario, tokens);
    const as = { token: tokens.access_token };
    expect((await api().post('/auth/logout', { as })).status).toBe(200);
    expect(await status(api(), usuario, tokens)).toBe(401);
    expect(await status(api(), usuario, other)).toBe(200);
  });

  it('a new role, a deletion and a password set by an admin hold from the next request on', async () => {
    const { usuario, tokens } = await make();
    const foreign = async () =>
      (await api().get('/stats/user/1', { as: { token: tokens.access_token } })).status;
    expect(await foreign()).toBe(403);
    await patch(usuario.id, { rol: 'supervisor' });
    expect(await foreign()).toBe(200);
    await warm(api(), usuario, tokens);
    await patch(usuario.id, { rol: 'usuario' });
    expect(await foreign()).toBe(403);
    await warm(api(), usuario, tokens);
    await patch(usuario.id, { password: 'una clave distinta' });
    expect(await status(api(), usuario, tokens)).toBe(401);
    const again = await login(api(), { ...usuario, password: 'una clave distinta' });
    await warm(api(), usuario, again);
    expect((await api().delete(`/usuarios/${usuario.id}`, { as: 'admin' })).status).toBe(204);
    expect(await status(api(), usuario, again)).toBe(401);
  });

  it('a refresh token that comes back closes its sesion, and a renewal leaves it open', async () => {
    const { usuario, tokens } = await make();
    const renew = () =>
      api().post('/auth/refresh', { body: { refresh_token: tokens.refresh_token } });
    await warm(api(), usuario, tokens);
    expect((await renew()).status).toBe(200);
    await warm(api(), usuario, tokens);
    expect((await renew()).status).toBe(401);
    expect(await status(api(), usuario, tokens)).toBe(401);
  });

  it('the oldest of too many sesiones is closed', async () => {
    const { usuario, tokens } = await make();
    await warm(api(), usuario, tokens);
    const sesiones = api().app.get(SesionesService, { strict: false });
    await api()
      .app.get(DomainEventBus, { strict: false })
      .transaction(async (tx, record) => {
        for (let more = 0; more < 50; more += 1) await sesiones.open(tx, record, usuario.id);
      });
    expect(await status(api(), usuario, tokens)).toBe(401);
  });

  it('a sesion that the database ends by its time is not kept open by the cache', async () => {
    const { usuario, tokens } = await make();
    const { db } = api().app.get(Database, { strict: false });
    await db.execute(
      sql`update sesiones set expires_at = now() + interval '2 seconds' where usuario_id = ${usuario.id}`,
    );
    for (let answer = 0; answer !== 401; answer = await status(api(), usuario, tokens)) {
      const { rows } = await db.execute<{ open: boolean }>(
        sql`select bool_or(expires_at > now() - interval '100 milliseconds') as open from sesiones where usuario_id = ${usuario.id}`,
      );
      expect(rows).toEqual([{ open: true }]);
    }
  });
});

/** With a log and a store of their own, whoever writes to the tables is noticed. */
describe('writes past the application', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start('servers');
  }, 120_000);
  afterAll(() => api.stop());

  async function noted(): Promise<unknown[]> {
    const { rows } = await api.app
      .get(Database, { strict: false })
      .db.execute<{ data: unknown }>(
        sql`select data from domain_events where name = 'principals.changed' order by id`,
      );
    return rows.map(({ data }) => data);
  }

  it.each([
    ['a role', (id: number) => sql`update usuarios set rol = 'supervisor' where id = ${id}`],
    ['a deletion', (id: number) => sql`update usuarios set deleted_at = now() where id = ${id}`],
    [
      'a revocation',
      (id: number) => sql`update sesiones set revoked_at = now() where usuario_id = ${id}`,
    ],
    [
      'a shorter sesion',
      (id: number) => sql`update sesiones set expires_at = now() where usuario_id = ${id}`,
    ],
    [
      'a sesion of another',
      (id: number) => sql`update sesiones set usuario_id = 1 where usuario_id = ${id}`,
    ],
    [
      'another id',
      (id: number) =>
        sql`update sesiones set id = gen_random_uuid() where usuario_id = ${id} and id not in (select sesion_id from refresh_tokens)`,
    ],
    ['a row less', (id: number) => sql`delete from sesiones where usuario_id = ${id}`],
  ])('%s in SQL is an event of the log, in its transaction', async (_, change) => {
    const usuario = await newUsuario(api);
    const { db } = api.app.get(Database, { strict: false });
    await login(api, usuario);
    await db.execute(sql`delete from refresh_tokens`);
    const before = await noted();
    await db.execute(change(usuario.id));
    expect((await noted()).slice(before.length)).toEqual([{ usuarioId: usuario.id }]);
  });

  it('what takes nothing away is none', async () => {
    const usuario = await newUsuario(api);
    await login(api, usuario);
    const { db } = api.app.get(Database, { strict: false });
    const before = await noted();
    await db.execute(sql`update usuarios set telefono = '1' where id = ${usuario.id}`);
    await db.execute(
      sql`update sesiones set expires_at = expires_at + interval '1 day' where usuario_id = ${usuario.id}`,
    );
    expect(await noted()).toEqual(before);
  });

  it('closes a sesion that was served from the cache', async () => {
    const usuario = await newUsuario(api);
    const tokens = await login(api, usuario);
    await warm(api, usuario, tokens);
    const { db } = api.app.get(Database, { strict: false });
    await db.execute(sql`update usuarios set deleted_at = now() where id = ${usuario.id}`);
    while ((await status(api, usuario, tokens)) !== 401);
  });

  it('an emptied table concerns every usuario', async () => {
    const before = await noted();
    await api.app.get(Database, { strict: false }).db.execute(sql`truncate sesiones cascade`);
    expect((await noted()).slice(before.length)).toEqual([{ usuarioId: null }]);
  });
});

describe('what others put into Redis', () => {
  let api: TestApi;
  let redis: ReturnType<typeof createClient>;
  beforeAll(async () => {
    api = await TestApi.start('servers');
    redis = createClient({ url: api.redisUrl ?? '' });
    await redis.connect();
  }, 120_000);
  afterAll(async () => {
    await redis.close();
    await api.stop();
  });

  const claimsOf = ({ access_token: token }: Tokens) => {
    const { claims } = decodeJwt(token);
    return { usuarioId: Number(claims['sub']), sesionId: String(claims['sid']) };
  };
  const keyOf = (tokens: Tokens) => {
    const { usuarioId, sesionId } = claimsOf(tokens);
    return `gad:principal:${usuarioId}:${sesionId}`;
  };
  const plant = (tokens: Tokens, text: string) => redis.set(keyOf(tokens), text, { EX: 300 });
  const make = async () => {
    const usuario = await newUsuario(api);
    const tokens = await login(api, usuario);
    await warm(api, usuario, tokens);
    return { usuario, tokens, text: (await redis.get(keyOf(tokens))) ?? '' };
  };
  const stored = (text: string) => JSON.parse(text) as Record<string, unknown>;
  const foreign = async (tokens: Tokens) =>
    (await api.get('/stats/user/1', { as: { token: tokens.access_token } })).status;
  const end = (tokens: Tokens) => api.post('/auth/logout', { as: { token: tokens.access_token } });

  it('an entry names neither person nor token, and says what it says in plain text', async () => {
    const { text } = await make();
    expect(stored(text)).toEqual({
      rol: 'usuario',
      ends_at: expect.any(Number),
      position: expect.any(String),
      mac: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it.each([
    ['another role', (text: string) => ({ ...stored(text), rol: 'admin' })],
    ['a role that does not exist', (text: string) => ({ ...stored(text), rol: 'root' })],
    ['a later end', (text: string) => ({ ...stored(text), ends_at: 9_000_000_000_000 })],
    ['another position', (text: string) => ({ ...stored(text), position: 'x' })],
    ['a field more', (text: string) => ({ ...stored(text), admin: true })],
    ['no seal', (text: string) => ({ ...stored(text), mac: '' })],
    ['a seal of zeros', (text: string) => ({ ...stored(text), rol: 'admin', mac: 'A'.repeat(43) })],
    ['a list', () => [{ rol: 'admin' }]],
    ['nothing', () => null],
    ['a text', () => 'admin'],
    ['a number', () => 7],
  ])('%s grants nothing, is counted and replaced', async (_, forge) => {
    const { usuario, tokens, text } = await make();
    const { forged } = service(api).counts;
    await plant(tokens, JSON.stringify(forge(text)));
    expect(await foreign(tokens)).toBe(403);
    expect(service(api).counts.forged).toBe(forged + 1);
    await warm(api, usuario, tokens);
  });

  it.each(['{"rol":', '\x00\xff', '{"__proto__":{"rol":"admin"}}'])(
    'the text %j grants nothing',
    async (planted) => {
      const { usuario, tokens } = await make();
      await plant(tokens, planted);
      expect(await foreign(tokens)).toBe(403);
      await warm(api, usuario, tokens);
    },
  );

  it('the entry of another sesion grants nothing, of an admin or of the own usuario', async () => {
    const { usuario, tokens, text } = await make();
    const admin = await newUsuario(api, 'admin');
    const adminTokens = await login(api, admin);
    await warm(api, admin, adminTokens);
    await plant(tokens, (await redis.get(keyOf(adminTokens))) ?? '');
    expect(await foreign(tokens)).toBe(403);
    const ended = await login(api, usuario);
    await end(ended);
    await plant(ended, text);
    expect(await status(api, usuario, ended)).toBe(401);
  });

  it('a seal under another secret grants nothing', async () => {
    const { tokens, text } = await make();
    const other = new PrincipalSeal(new JwtKey(createSecretKey(randomBytes(32))));
    const { position, ends_at: endsAt } = stored(text) as { position: string; ends_at: number };
    const view = { rol: 'admin', position, endsAt } as const;
    await plant(tokens, JSON.stringify(other.close(claimsOf(tokens), view)));
    expect(await foreign(tokens)).toBe(403);
  });

  it('an entry that has run out grants nothing, though its seal is good', async () => {
    const { tokens, text } = await make();
    const seal = api.app.get(PrincipalSeal, { strict: false });
    const { position } = stored(text) as { position: string };
    const view = { rol: 'admin', position, endsAt: Date.now() } as const;
    await plant(tokens, JSON.stringify(seal.close(claimsOf(tokens), view)));
    expect(await foreign(tokens)).toBe(403);
  });

  it('an entry from before a logout, a role change or a deletion is refused when it is put back', async () => {
    const { usuario, tokens, text } = await make();
    const { outdated } = service(api).counts;
    await end(tokens);
    await plant(tokens, text);
    expect(await status(api, usuario, tokens)).toBe(401);

    const boss = await newUsuario(api, 'supervisor');
    const bossTokens = await login(api, boss);
    await warm(api, boss, bossTokens);
    const asBoss = (await redis.get(keyOf(bossTokens))) ?? '';
    await api.patch(`/usuarios/${boss.id}`, { as: 'admin', body: { rol: 'usuario' } });
    await plant(bossTokens, asBoss);
    expect(await foreign(bossTokens)).toBe(403);
    await api.delete(`/usuarios/${boss.id}`, { as: 'admin' });
    await plant(bossTokens, asBoss);
    expect(await status(api, boss, bossTokens)).toBe(401);
    expect(service(api).counts.outdated).toBe(outdated + 3);
  });

  it('an entry of a position that this process cannot judge is refused', async () => {
    const { tokens, text } = await make();
    const seal = api.app.get(PrincipalSeal, { strict: false });
    const { position, ends_at: endsAt } = stored(text) as { position: string; ends_at: number };
    for (const old of [position.replace(/ .*/, ' 1:1:'), 'x', position.replace(/^./, 'z')]) {
      const view = { rol: 'admin', position: old, endsAt } as const;
      await plant(tokens, JSON.stringify(seal.close(claimsOf(tokens), view)));
      expect(await foreign(tokens)).toBe(403);
    }
  });
});

it('with bounded consistency the database decides on every request', async () => {
  const api = await TestApi.start('servers', { CACHE_CONSISTENCY: 'bounded' });
  try {
    const usuario = await newUsuario(api);
    const tokens = await login(api, usuario);
    for (let times = 0; times < 5; times += 1) expect(await status(api, usuario, tokens)).toBe(200);
    expect(service(api).counts.hits).toBe(0);
  } finally {
    await api.stop();
  }
}, 120_000);
