import { expect } from '@jest/globals';
import type { Answer, Role, TestApi } from './api.js';

export interface NewUsuario {
  readonly id: number;
  readonly dni: string;
  readonly email: string;
  readonly password: string;
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

let made = 0;

/** A usuario that no other case knows, made by the admin over HTTP. */
export async function newUsuario(api: TestApi, rol: Role = 'usuario'): Promise<NewUsuario> {
  made += 1;
  const dni = `T-${String(process.pid)}-${String(made)}`;
  const email = `${dni.toLowerCase()}@pruebas.gad.local`;
  const password = `secreto número ${String(made)}`;
  const answer = await api.post('/usuarios', {
    as: 'admin',
    body: { dni, nombre: 'Nora', apellido: 'Prueba', email, password, rol },
  });
  expect(answer).toMatchObject({ status: 201, body: { email, rol } });
  return { id: (answer.body as { id: number }).id, dni, email, password };
}

export function tryLogin(api: TestApi, email: string, password: string): Promise<Answer> {
  return api.post('/auth/login', { body: { email, password } });
}

/** Opens a sesion of its own. */
export async function login(api: TestApi, { email, password }: NewUsuario): Promise<Tokens> {
  const answer = await tryLogin(api, email, password);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body as Tokens;
}

/** The status that `GET /auth/me` gives to an access token: 200 while its sesion stands. */
export async function meStatus(api: TestApi, token: string): Promise<number> {
  return (await api.get('/auth/me', { as: { token } })).status;
}
