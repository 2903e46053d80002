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

/** The body that creates a usuario whom no other case knows. */
export function usuarioFields(): Omit<NewUsuario, 'id'> & { nombre: string; apellido: string } {
  made += 1;
  const dni = `T${process.pid}N${made}`;
  return {
    dni,
    nombre: 'Lucía',
    apellido: 'Ferreyra',
    email: `${dni.toLowerCase()}@pruebas.gad.local`,
    password: `secreto número ${made}`,
  };
}

/** Such a usuario, made by the admin over HTTP. */
export async function newUsuario(api: TestApi, rol: Role = 'usuario'): Promise<NewUsuario> {
  const fields = usuarioFields();
  const answer = await api.post('/usuarios', { as: 'admin', body: { ...fields, rol } });
  expect(answer).toMatchObject({ status: 201, body: { email: fields.email, rol } });
  return { ...fields, id: (answer.body as { id: number }).id };
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

/** Opens a sesion of its own, to call with: `{ as: await signedIn(…) }`. */
export async function signedIn(api: TestApi, usuario: NewUsuario): Promise<{ token: string }> {
  return { token: (await login(api, usuario)).access_token };
}

/** The status that `GET /auth/me` gives to an access token: 200 while its sesion stands. */
export async function meStatus(api: TestApi, token: string): Promise<number> {
  return (await api.get('/auth/me', { as: { token } })).status;
}
