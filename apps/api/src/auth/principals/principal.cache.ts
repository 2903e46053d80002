import { cacheKey, cachePattern, type CacheKey, type CachePattern } from '@gad/cache';

/** Unlisted: cache administration is about views of data, and its counts are. */
export const principalKey = (usuarioId: number, sesionId: number | string): CacheKey =>
  cacheKey`~~principal:${usuarioId}:${sesionId}`;

/** Every sesion of one usuario. */
export const usuarioPrincipalsPattern = (usuarioId: number): CachePattern =>
  cachePattern`~~principal:${usuarioId}:*`;

/** Every usuario's. */
export const EVERY_PRINCIPAL_PATTERN: CachePattern = cachePattern`~~principal:*`;

/** What is cached here; the table of `docs/caching.md` is made from it. */
export const PRINCIPAL_VIEW = {
  title: 'Who is calling: role, end of the sesion',
  route: 'GET /stats/user/{user_id}',
  parameters: ['usuario_id', 'sesion_id'],
  key: principalKey,
  place: '~~principal:*',
  /** At most: never beyond the end of the sesion. */
  ttl: 300,
  /** From the memory of a process, where it keeps copies: CACHE_LOCAL. */
  local: 60,
} as const;
