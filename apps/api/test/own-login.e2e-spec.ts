import { expect, it } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { MAX_SESIONES } from '../src/auth/sesiones/sesiones.repository.js';
import { SesionesService } from '../src/auth/sesiones/sesiones.service.js';
import { Database } from '../src/database/database.js';
import { sesiones } from '../src/database/schema.js';
import { DomainEventBus } from '../src/events/domain-event-bus.js';
import { onEverySetup } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import {
  meStatus,
  newUsuario,
  signedIn,
  tryLogin,
  usuarioFields,
  type NewUsuario,
} from './support/new-usuario.js';
import { errorFields } from './support/read-answer.js';

onEverySetup('changes of the own login', (api) => {
  const change = (usuario: NewUsuario, as: { token: string }, body: object) =>
    api().patch(`/usuarios/${usuario.id}`, { as, body });
  const setByAdmin = (id: number, body: object) =>
    api().patch(`/usuarios/${id}`, { as: 'admin', body });

  it('an own e-mail needs the current password', async () => {
    const usuario = await newUsuario(api());
    const as = await signedIn(api(), usuario);
    const { email } = usuarioFields();
    for (const proof of [{}, { current_password: 'not my password' }]) {
      const answer = await change(usuario, as, { email, ...proof });
      expectProblem(answer, 400, 'VALIDATION_FAILED');
      expect(errorFields(answer)).toEqual(['current_password']);
    }
    expect(await tryLogin(api(), usuario.email, usuario.password)).toMatchObject({ status: 200 });
    expect(await tryLogin(api(), email, usuario.password)).toMatchObject({ status: 401 });
  });

  it('a new own e-mail is not verified, and ends the other sesiones', async () => {
    const usuario = await newUsuario(api());
    await setByAdmin(usuario.id, { verificado: true });
    const [here, there] = [await signedIn(api(), usuario), await signedIn(api(), usuario)];
    const { email } = usuarioFields();
    const answer = await change(usuario, here, { email, current_password: usuario.password });
    expect(answer).toMatchObject({ status: 200, body: { email, verificado: false } });
    expect(await meStatus(api(), here.token)).toBe(200);
    expect(await meStatus(api(), there.token)).toBe(401);
  });

  it('saving the own form with the e-mail as it is needs no password and ends nothing', async () => {
    const usuario = await newUsuario(api());
    await setByAdmin(usuario.id, { verificado: true });
    const [here, there] = [await signedIn(api(), usuario), await signedIn(api(), usuario)];
    const answer = await change(usuario, here, { email: usuario.email, telefono: '5555-0101' });
    expect(answer).toMatchObject({ status: 200, body: { verificado: true } });
    expect(await meStatus(api(), there.token)).toBe(200);
  });

  it('an e-mail set by an admin is not verified either, unless the admin says so', async () => {
    const { id } = await newUsuario(api());
    await setByAdmin(id, { verificado: true });
    const [one, other] = [usuarioFields().email, usuarioFields().email];
    expect((await setByAdmin(id, { email: one })).body).toMatchObject({ verificado: false });
    expect((await setByAdmin(id, { email: other, verificado: true })).body).toMatchObject({
      verificado: true,
    });
  });

  it('a wrong current password is never ignored, whatever it comes with', async () => {
    const usuario = await newUsuario(api());
    const as = await signedIn(api(), usuario);
    for (const body of [{}, { telefono: '5555-0101' }, { email: usuario.email }]) {
      const answer = await change(usuario, as, { ...body, current_password: 'not my password' });
      expectProblem(answer, 400, 'VALIDATION_FAILED');
    }
    const ofAnother = await setByAdmin(usuario.id, { nombre: 'Ana', current_password: 'gad-demo' });
    expectProblem(ofAnother, 400, 'VALIDATION_FAILED');
  });

  it('one known password is good for one of many simultaneous changes', async () => {
    const usuario = await newUsuario(api());
    const as = await signedIn(api(), usuario);
    const next = Array.from({ length: 4 }, (_, at) => `otra tormenta ${at}`);
    const answers = await Promise.all(
      next.map((password) => change(usuario, as, { password, current_password: usuario.password })),
    );
    const statuses = answers.map(({ status }) => status);
    expect([...statuses].sort()).toEqual([200, 400, 400, 400]);
    const good = next[statuses.indexOf(200)] ?? '';
    expect(await tryLogin(api(), usuario.email, good)).toMatchObject({ status: 200 });
  });

  it('a new password is none of the most common, nor the e-mail, nor the present one', async () => {
    const usuario = await newUsuario(api());
    const as = await signedIn(api(), usuario);
    for (const password of ['Password2026', usuario.email, usuario.password]) {
      for (const answer of [
        await change(usuario, as, { password, current_password: usuario.password }),
        await setByAdmin(usuario.id, { password }),
      ]) {
        expectProblem(answer, 400, 'VALIDATION_FAILED');
        expect(errorFields(answer)).toEqual(['password']);
      }
    }
    const fields = usuarioFields();
    for (const password of ['Password2026', fields.email]) {
      const answer = await api().post('/usuarios', { as: 'admin', body: { ...fields, password } });
      expectProblem(answer, 400, 'VALIDATION_FAILED');
    }
  });

  it('the oldest sesion ends when there are more than the bound, and none is left behind', async () => {
    const usuario = await newUsuario(api());
    const oldest = await signedIn(api(), usuario);
    const second = await signedIn(api(), usuario);
    const database = api().app.get(Database, { strict: false });
    const bus = api().app.get(DomainEventBus, { strict: false });
    const service = api().app.get(SesionesService, { strict: false });
    const open = (count: number) =>
      bus.transaction(async (tx, record) => {
        for (let at = 0; at < count; at += 1) await service.open(tx, record, usuario.id);
      });
    await open(MAX_SESIONES - 2);
    expect(await meStatus(api(), oldest.token)).toBe(200);
    await open(1);
    expect(await meStatus(api(), oldest.token)).toBe(401);
    expect(await meStatus(api(), second.token)).toBe(200);
    await open(20);
    const rows = await database.db
      .select()
      .from(sesiones)
      .where(eq(sesiones.usuarioId, usuario.id));
    expect(rows).toHaveLength(MAX_SESIONES);
  });
});
