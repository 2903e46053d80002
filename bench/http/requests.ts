import pg from 'pg';
import { requestFor } from '../http-times.js';
import type { Running, Scenario } from './set-ups.js';
import { HIT_PATH } from './set-ups.js';

/** More usuarios than the demo data has, so that there is always one that was never asked for. */
const FIRST_USUARIO = 1_000;
const USUARIOS = 5_000;
const PERIODS = 365;

/** Adds the usuarios whose statistics were not requested yet. */
export async function addUsuarios(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      `insert into usuarios (id, dni, nombre, apellido, email, password_hash)
       select id, (30000000 + id)::text, 'Ana', 'Prueba', 'u' || id || '@gad.local', 'none'
       from generate_series($1::int, $2::int) as id`,
      [FIRST_USUARIO, FIRST_USUARIO + USUARIOS - 1],
    );
  } finally {
    await client.end();
  }
}

let misses = 0;

function missPath(): string {
  const at = misses++;
  const usuario = FIRST_USUARIO + (at % USUARIOS);
  const days = 1 + (Math.floor(at / USUARIOS) % PERIODS);
  return `/api/v1/stats/user/${usuario}?days=${days}`;
}

/** How a scenario is asked of a set-up, and what each answer must be. */
export interface Question {
  readonly requests: (server: number) => string;
  readonly status: number;
  readonly expected: string;
}

/** The question, after whatever it takes to be answered so. */
export async function questionFor(running: Running, scenario: Scenario): Promise<Question> {
  const own = running.rival === undefined;
  const { headers, urls } = running;
  const [first] = urls;
  const fixed = (path: string, more: Readonly<Record<string, string>> = {}) => {
    const texts = urls.map((url) =>
      requestFor(new URL(path, url), { headers: { ...headers, ...more } }),
    );
    return (server: number): string => texts[server] ?? '';
  };
  switch (scenario) {
    case 'hit':
      return { requests: fixed(HIT_PATH), status: 200, expected: own ? 'gad; hit' : '' };
    case '304': {
      const { headers: given } = await fetch(new URL(HIT_PATH, first), { headers });
      const etag = given.get('etag') ?? '';
      const requests = fixed(HIT_PATH, { 'if-none-match': etag });
      return { requests, status: 304, expected: own ? 'gad; hit' : '' };
    }
    case 'miss': {
      const requests = (server: number): string =>
        requestFor(new URL(missPath(), urls[server]), { headers });
      return { requests, status: 200, expected: own ? 'fwd=miss; stored' : '' };
    }
    case 'bypass': {
      const path = own
        ? `${HIT_PATH}&use_cache=false`
        : HIT_PATH.replace('/stats/user/', '/stats/uncached/');
      return { requests: fixed(path), status: 200, expected: own ? 'fwd=bypass' : '' };
    }
  }
}
