import { expect, it } from '@jest/globals';
import { loggableUrl } from './loggable-url.js';

it.each([
  ['/api/v1/tareas', '/api/v1/tareas'],
  ['/api/v1/tareas?limit=5&cursor=abc', '/api/v1/tareas?limit&cursor'],
  ['/api/v1/usuarios?q=ana@example.org', '/api/v1/usuarios?q'],
  ['/api/v1/auth/me?access_token=eyJhbGciOi.J9.x', '/api/v1/auth/me?access_token'],
  ['/api/v1/usuarios?ana@example.org', '/api/v1/usuarios?…'],
  ['/api/v1/usuarios/ana@example.org', '/api/v1/usuarios/…'],
  ['/api/v1/usuarios/ana%40example.org/x', '/api/v1/usuarios/…/x'],
  ['/x/eyJhbGciOi.J9.x', '/x/…'],
  ['/api/v1/cache/keys/stats:user:2:*', '/api/v1/cache/keys/stats:user:2:*'],
])('logs %s as %s', (url, expected) => {
  expect(loggableUrl(url)).toBe(expected);
});
