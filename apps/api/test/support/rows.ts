import type { tareas, usuarios } from '../../src/database/schema.js';

type NewUsuario = typeof usuarios.$inferInsert;
type NewTarea = typeof tareas.$inferInsert;

let serial = 0;

/** A usuario that the database accepts, different each time. */
export function usuarioRow(overrides: Partial<NewUsuario> = {}): NewUsuario {
  serial += 1;
  return {
    dni: `D-${String(serial)}`,
    nombre: 'Nora',
    apellido: 'Paz',
    email: `nora-${String(serial)}@example.org`,
    passwordHash: 'x',
    ...overrides,
  };
}

/** A tarea that the database accepts, different each time. */
export function tareaRow(usuarioId: number, overrides: Partial<NewTarea> = {}): NewTarea {
  serial += 1;
  return {
    codigo: `T-${String(serial)}`,
    titulo: 'Recorrida',
    tipo: 'patrullaje',
    prioridad: 3,
    inicioProgramado: new Date('2026-01-01T12:00:00Z'),
    delegadoUsuarioId: usuarioId,
    creadoPorUsuarioId: usuarioId,
    ...overrides,
  };
}
