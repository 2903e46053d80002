import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { createClient } from 'redis';
import { PrincipalSeal } from '../src/auth/principals/principal-seal.js';
import { JwtKey } from '../src/auth/tokens/jwt-key.js';
import { Database } from '../src/database/database.js';
import { TestApi } from './support/api.js';
import { principals, status, warm } from './support/cached-principals.js';
import { login, newUsuario, type Tokens } from './support/new-usuario.js';
import { decodeJwt } from './support/read-answer.js';

/** Triggers append the event, whichever program writes to the tables. */
describe('writes past the application', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start('servers');
  });
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

  it('a write in SQL that revokes nothing is no event', async () => {
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

  it('writes past the application closes a sesion that was served from the cache', async () => {
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
  });
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
    return `gad:~~principal:${usuarioId}:${sesionId}`;
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
    const { forged } = principals(api).counts;
    await plant(tokens, JSON.stringify(forge(text)));
    expect(await foreign(tokens)).toBe(403);
    expect(principals(api).counts.forged).toBe(forged + 1);
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
    const { outdated } = principals(api).counts;
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
    expect(principals(api).counts.outdated).toBe(outdated + 3);
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
