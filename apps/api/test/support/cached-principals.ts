import { expect } from '@jest/globals';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { PrincipalsService } from '../../src/auth/principals/principals.service.js';
import type { TestApi } from './api.js';
import type { NewUsuario, Tokens } from './new-usuario.js';

export const principals = (api: TestApi) => api.app.get(PrincipalsService, { strict: false });

/** The status of the own statistics. */
export async function status(api: TestApi, { id }: NewUsuario, tokens: Tokens): Promise<number> {
  return (await api.get(`/stats/user/${id}`, { as: { token: tokens.access_token } })).status;
}

/** Reads until answer and caller come from the cache: the relay removes what a login changed. */
export async function warm(api: TestApi, usuario: NewUsuario, tokens: Tokens): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const before = principals(api).counts.hits;
    const as = { token: tokens.access_token };
    const answer = await api.get(`/stats/user/${usuario.id}`, { as });
    expect(answer.status).toBe(200);
    if (answer.body._cache.hit === true && principals(api).counts.hits > before) return;
  }
  throw new Error('the cache is not used');
}

/** Statements on the wire while `work` runs, those of the log's readers apart. */
export async function statements(work: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const background = /domain_events|domain_event_log|gad_read_since|^select 1$|^begin |^commit$/;
  const restore = [pg.Client.prototype, PGlite.prototype].map((prototype) => {
    const driver = prototype as unknown as Record<'query', (...given: unknown[]) => unknown>;
    const { query } = driver;
    driver.query = function (this: unknown, ...given: unknown[]) {
      const text = typeof given[0] === 'string' ? given[0] : JSON.stringify(given[0]);
      if (!background.test(text)) seen.push(text);
      return query.apply(this, given);
    };
    return () => (driver.query = query);
  });
  try {
    await work();
  } finally {
    for (const undo of restore) undo();
  }
  return seen;
}
