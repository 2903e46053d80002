import { describe, expect, it } from '@jest/globals';
import type { Principal } from '../auth/principal.js';
import type { UpdateUsuarioDto } from './dto/update-usuario.dto.js';
import { assertMayChange, assertSelfOrAdmin } from './usuario-change.policy.js';

const actor = (id: number, rol: Principal['rol']): Principal => ({
  id,
  rol,
  email: 'nora@gad.local',
  nombre: 'Nora',
  apellido: 'Prueba',
  sesionId: '4f8c6f0e-54b8-4b43-8d3b-0f4b3d0d2f60',
});
const admin = actor(1, 'admin');
const supervisor = actor(3, 'supervisor');

/** The code of the problem that a call throws, `undefined` when it lets pass. */
function refusal(call: () => void): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return (error as { code: unknown }).code;
  }
}

describe('who may look at a usuario', () => {
  it('an admin may look at every usuario, and a usuario at the own one', () => {
    expect(refusal(() => assertSelfOrAdmin(admin, 3))).toBeUndefined();
    expect(refusal(() => assertSelfOrAdmin(supervisor, 3))).toBeUndefined();
    expect(refusal(() => assertSelfOrAdmin(supervisor, 1))).toBe('FORBIDDEN');
    expect(refusal(() => assertSelfOrAdmin(actor(2, 'usuario'), 3))).toBe('FORBIDDEN');
  });
});

describe('who may change what', () => {
  const may = (who: Principal, id: number, changes: UpdateUsuarioDto) =>
    refusal(() => assertMayChange(who, id, changes));

  it('an admin may change everything about others', () => {
    const all = { dni: '1', nombre: 'A', apellido: 'B', email: 'a@gad.local', telefono: null };
    expect(
      may(admin, 3, { ...all, rol: 'admin', verificado: true, password: 'x' }),
    ).toBeUndefined();
  });

  it('every usuario their own contact data', () => {
    const email = { email: 'a@gad.local', current_password: 'y' };
    expect(may(supervisor, 3, { ...email, telefono: null })).toBeUndefined();
    expect(may(supervisor, 3, {})).toBeUndefined();
    expect(may(supervisor, 1, {})).toBe('FORBIDDEN');
    expect(may(supervisor, 1, { telefono: null })).toBe('FORBIDDEN');
  });

  it.each<UpdateUsuarioDto>([
    { dni: '1' },
    { nombre: 'A' },
    { apellido: 'B' },
    { rol: 'supervisor' },
    { verificado: false },
    { telefono: null, verificado: false },
  ])('only an admin may change %j', (changes) => {
    expect(may(supervisor, 3, changes)).toBe('FORBIDDEN');
    expect(may(admin, 3, changes)).toBeUndefined();
  });

  it('an undefined field does not count as named', () => {
    // What class-transformer leaves behind for a property with an initial value.
    expect(may(supervisor, 3, { rol: undefined } as unknown as UpdateUsuarioDto)).toBeUndefined();
  });

  it.each([{ password: 'x' }, { email: 'a@gad.local' }])(
    'no usuario of their own %j without the current password',
    (changes) => {
      for (const who of [admin, supervisor]) {
        expect(may(who, who.id, changes)).toBe('VALIDATION_FAILED');
        expect(may(who, who.id, { ...changes, current_password: 'y' })).toBeUndefined();
      }
      expect(may(admin, 3, changes)).toBeUndefined();
    },
  );

  it('an own e-mail that stays as it is may be sent, as in a form that is saved', () => {
    expect(may(supervisor, 3, { email: supervisor.email, telefono: null })).toBeUndefined();
  });

  it('others may not be changed with a current password, which could only be ignored', () => {
    expect(may(admin, 3, { telefono: null, current_password: 'y' })).toBe('VALIDATION_FAILED');
  });
});
