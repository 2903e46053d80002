import { expect } from '@jest/globals';
import { IDS, type TestApi } from './api.js';

/** A body for POST /tareas. */
export const tareaBody = (extra: Record<string, unknown> = {}): Record<string, unknown> => ({
  titulo: 'Ronda de prueba',
  tipo: 'patrullaje',
  prioridad: 3,
  inicio_programado: '2026-12-01T20:00:00Z',
  delegado_usuario_id: IDS.usuario,
  ...extra,
});

export interface CreatedTarea {
  readonly id: number;
  readonly version: number;
  readonly codigo: string;
  readonly [field: string]: unknown;
}

/** Creates one as the supervisor. */
export async function createTarea(
  api: TestApi,
  extra: Record<string, unknown> = {},
): Promise<CreatedTarea> {
  const { status, body } = await api.post('/tareas', { as: 'supervisor', body: tareaBody(extra) });
  expect(status).toBe(201);
  return body as CreatedTarea;
}
