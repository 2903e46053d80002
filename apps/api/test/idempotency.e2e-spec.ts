import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { Database } from '../src/database/database.js';
import { IdempotencyRetention } from '../src/idempotency/idempotency-retention.js';
import { onEverySetup, type Answer, type CallOptions } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { createTarea, tareaBody } from './support/new-tarea.js';
import { usuarioFields } from './support/new-usuario.js';

onEverySetup('Idempotency-Key', (api) => {
  const post = (path: string, key: string, body: object, as: CallOptions['as'] = 'admin') =>
    api().post(path, { as, body, headers: { 'idempotency-key': key } });
  const replayed = ({ headers }: Answer) => headers.get('idempotency-replayed');
  const count = async (titulo: string): Promise<number> =>
    (await api().get(`/tareas?limit=100&q=${encodeURIComponent(titulo)}`, { as: 'admin' })).body
      .items.length;
  const database = () => api().app.get(Database).db;
  const stored = async (key: string) => {
    const { rows } = await database().execute<{ row: string }>(
      sql`select k::text as row from idempotency_keys k where key = ${key}`,
    );
    return rows.map(({ row }) => row);
  };

  it('an idempotency key gives the same answer again and creates once', async () => {
    const [key, titulo] = [randomUUID(), `Única ${randomUUID()}`];
    const first = await post('/tareas', key, tareaBody({ titulo }));
    expect(first.status).toBe(201);
    expect(replayed(first)).toBeNull();
    // The order of the fields, and how an instant is written, do not make another body.
    const { titulo: same, ...rest } = tareaBody({
      titulo,
      inicio_programado: '2026-12-01T21:00:00+01:00',
    });
    const again = await post('/tareas', key, { ...rest, titulo: same });
    expect(again.status).toBe(201);
    expect(replayed(again)).toBe('true');
    expect(JSON.stringify(again.body)).toBe(JSON.stringify(first.body));
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(await count(titulo)).toBe(1);
  });

  it('an idempotency key gives the first answer also after the tarea has changed', async () => {
    const key = randomUUID();
    const { body } = await post('/tareas', key, tareaBody());
    await api().patch(`/tareas/${String(body.id)}`, { as: 'admin', body: { titulo: 'Otro' } });
    expect((await post('/tareas', key, tareaBody())).body).toEqual(body);
  });

  it('an idempotency key creates a usuario once, and keeps neither the password nor a hash of it that can be guessed', async () => {
    const [key, body] = [randomUUID(), usuarioFields()];
    const first = await post('/usuarios', key, body);
    const again = await post('/usuarios', key, body);
    expect([first.status, again.status, replayed(again)]).toEqual([201, 201, 'true']);
    expect(again.body).toEqual(first.body);
    expect((await stored(key)).join()).not.toContain(body.password);
    const other = await post('/usuarios', key, { ...body, password: 'otra contraseña larga' });
    expectProblem(other, 422, 'IDEMPOTENCY_KEY_REUSED');
  });

  it('an idempotency key refuses another body under the same key with 422', async () => {
    const key = randomUUID();
    await post('/tareas', key, tareaBody());
    for (const extra of [
      { titulo: 'Otra' },
      { prioridad: 4 },
      { descripcion: null },
      { codigo: 'X-1' },
    ]) {
      const answer = await post('/tareas', key, tareaBody(extra));
      expectProblem(answer, 422, 'IDEMPOTENCY_KEY_REUSED');
    }
  });

  it('an idempotency key keeps callers and operations apart', async () => {
    const key = randomUUID();
    const one = await post('/tareas', key, tareaBody(), 'admin');
    const two = await post('/tareas', key, tareaBody({ titulo: 'Otra' }), 'supervisor');
    const three = await post('/usuarios', key, usuarioFields());
    expect([one.status, two.status, three.status]).toEqual([201, 201, 201]);
    expect(two.body.id).not.toBe(one.body.id);
  });

  it('an idempotency key creates once for requests that come at the same time', async () => {
    const [key, titulo] = [randomUUID(), `Carrera ${randomUUID()}`];
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => post('/tareas', key, tareaBody({ titulo }))),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(12).fill(201));
    expect(new Set(answers.map(({ body }) => String(body.id))).size).toBe(1);
    expect(answers.filter((answer) => replayed(answer) === null)).toHaveLength(1);
    expect(await count(titulo)).toBe(1);
  });

  it('an idempotency key keeps no failure: the key is free for the attempt that succeeds', async () => {
    const { codigo } = await createTarea(api());
    const key = randomUUID();
    expectProblem(await post('/tareas', key, tareaBody({ codigo })), 409, 'TAREA_CODIGO_DUPLICATE');
    expect(await stored(key)).toEqual([]);
    const answer = await post('/tareas', key, tareaBody({ codigo: `${codigo}-b` }));
    expect([answer.status, replayed(answer)]).toEqual([201, null]);
  });

  it('an idempotency key forgets an answer after 24 hours, whether it is pruned by then or not', async () => {
    const keys = [randomUUID(), randomUUID()] as const;
    const first = await post('/tareas', keys[0], tareaBody());
    await post('/tareas', keys[1], tareaBody());
    const { rows } = await database().execute<{ hours: number }>(
      sql`select round(extract(epoch from expires_at - now()) / 3600)::int as hours from idempotency_keys where key = ${keys[0]}`,
    );
    expect(rows).toEqual([{ hours: 24 }]);
    await database().execute(
      sql`update idempotency_keys set expires_at = now() where key in (${keys[0]}, ${keys[1]})`,
    );
    const again = await post('/tareas', keys[0], tareaBody({ titulo: 'Otra' }));
    expect([again.status, replayed(again)]).toEqual([201, null]);
    expect(again.body.id).not.toBe(first.body.id);
    await api().app.get(IdempotencyRetention).prune();
    expect([(await stored(keys[0])).length, (await stored(keys[1])).length]).toEqual([1, 0]);
  });

  it.each(['a b', 'ñ', 'x'.repeat(256), ' '])('the idempotency key %j is refused', async (key) => {
    const answer = await post('/tareas', Buffer.from(key).toString('latin1'), tareaBody());
    expectProblem(answer, 400, 'VALIDATION_FAILED');
    expect(answer.body.errors).toEqual([expect.objectContaining({ field: 'Idempotency-Key' })]);
  });

  describe('A caller that may not create', () => {
    it('a caller that may not create is refused before any key is looked at', async () => {
      const key = randomUUID();
      await post('/tareas', key, tareaBody(), 'supervisor');
      expectProblem(await post('/tareas', key, tareaBody(), 'usuario'), 403, 'FORBIDDEN');
    });
  });
});
