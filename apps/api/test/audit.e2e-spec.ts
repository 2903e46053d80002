import { expect, it } from '@jest/globals';
import { asc, eq, gt, sql } from 'drizzle-orm';
import { AccessRetention } from '../src/auth/access-retention.js';
import { Database } from '../src/database/database.js';
import { auditEvents, loginFailures, rateLimits, sesiones } from '../src/database/schema.js';
import { IDS, onEverySetup, type CallOptions } from './support/api.js';
import { newUsuario, signedIn, tryLogin } from './support/new-usuario.js';

onEverySetup('the audit', (api) => {
  const db = () => api().app.get(Database, { strict: false }).db;

  it('the audit records who did what to whom, in which request', async () => {
    const usuario = await newUsuario(api());
    const as = await signedIn(api(), usuario);
    const send = (method: string, id: string, options: CallOptions) =>
      api().call(method, `/usuarios/${usuario.id}`, {
        ...options,
        headers: { 'x-request-id': id },
      });
    await send('PATCH', 'r-own', {
      as,
      body: { password: 'otra tormenta', current_password: usuario.password },
    });
    await send('PATCH', 'r-reset', { as: 'admin', body: { password: 'tormenta ajena' } });
    await send('PATCH', 'r-grant', { as: 'admin', body: { rol: 'admin', nombre: 'Ana' } });
    await send('PATCH', 'r-email', { as: 'admin', body: { email: `a${usuario.email}` } });
    await send('PATCH', 'r-none', { as: 'admin', body: { nombre: 'Otra' } });
    await send('DELETE', 'r-delete', { as: 'admin' });
    const rows = await db()
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.subjectUsuarioId, usuario.id))
      .orderBy(asc(auditEvents.id));
    const [byAdmin, byThemselves] = [IDS.admin, usuario.id];
    expect(rows.map((row) => [row.action, row.actorUsuarioId, row.requestId, row.detail])).toEqual([
      ['usuario.created', byAdmin, expect.any(String), { rol: 'usuario' }],
      ['password.changed', byThemselves, 'r-own', {}],
      ['password.reset', byAdmin, 'r-reset', {}],
      ['usuario.role_changed', byAdmin, 'r-grant', { from: 'usuario', to: 'admin' }],
      ['usuario.email_changed', byAdmin, 'r-email', {}],
      ['usuario.deleted', byAdmin, 'r-delete', {}],
    ]);
    expect(rows.every(({ at }) => Math.abs(at.getTime() - Date.now()) < 60_000)).toBe(true);
  });

  it('the audit records wrong passwords: without an actor at a login, with one for the own password', async () => {
    const usuario = await newUsuario(api());
    const as = await signedIn(api(), usuario);
    await tryLogin(api(), usuario.email, 'wrong');
    await api().patch(`/usuarios/${usuario.id}`, { as, body: { current_password: 'wrong' } });
    const rows = await db()
      .select({ action: auditEvents.action, actor: auditEvents.actorUsuarioId })
      .from(auditEvents)
      .where(eq(auditEvents.subjectUsuarioId, usuario.id))
      .orderBy(asc(auditEvents.id));
    expect(rows.slice(1)).toEqual([
      { action: 'login.failed', actor: null },
      { action: 'login.failed', actor: usuario.id },
    ]);
  });

  it('an audit event is pruned after its time, like everything that has expired', async () => {
    const usuario = await newUsuario(api());
    await signedIn(api(), usuario);
    await tryLogin(api(), usuario.email, 'wrong');
    const past = sql`now() - interval '1 second'`;
    await db()
      .update(auditEvents)
      .set({ at: sql`now() - interval '366 days'` });
    await db().update(loginFailures).set({ forgetAt: past });
    await db()
      .insert(rateLimits)
      .values({ key: 'x', fullAgainAt: new Date(0) });
    await db().update(sesiones).set({ expiresAt: past }).where(eq(sesiones.usuarioId, usuario.id));
    const open = await db()
      .select()
      .from(sesiones)
      .where(gt(sesiones.expiresAt, sql`now()`));
    expect(await api().app.get(AccessRetention, { strict: false }).prune()).toBeGreaterThan(3);
    for (const table of [auditEvents, loginFailures, rateLimits]) {
      expect(await db().select().from(table)).toEqual([]);
    }
    expect(await db().select().from(sesiones)).toHaveLength(open.length);
  });
});
