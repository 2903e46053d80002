import { beforeAll, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { Database } from '../src/database/database.js';
import { IDS, onEveryDatabaseSetup } from './support/api.js';

const COUNT = 6_000;
const EACH = 301;
const MINUTE_MS = 60_000;
const FIRST_MS = Date.parse('2001-01-01T00:00:00Z');

/** Tarea `n` as the database is given it below: a few of thousands are pausada. */
const rareTareas = Array.from({ length: COUNT }, (_, n) => ({
  codigo: `RARE-${n}`,
  estado: n % EACH === 0 ? 'pausada' : 'programada',
  prioridad: 1 + (n % 5),
  created_at: FIRST_MS + n * MINUTE_MS,
  inicio_programado: FIRST_MS + ((n * 7) % COUNT) * MINUTE_MS,
}));

const FILTERS: readonly (readonly [string, (tarea: (typeof rareTareas)[number]) => boolean])[] = [
  ['estado=pausada', ({ estado }) => estado === 'pausada'],
  ['estado=pausada&prioridad=2', (t) => t.estado === 'pausada' && t.prioridad === 2],
  ['prioridad=5&q=rare-599', (t) => t.prioridad === 5 && t.codigo.includes('RARE-599')],
  [
    'hasta=2001-01-01T00:21:00Z',
    ({ inicio_programado: at }) => at < FIRST_MS + 21 * MINUTE_MS && at >= FIRST_MS,
  ],
];

onEveryDatabaseSetup('a list in which few of thousands match', (api) => {
  beforeAll(async () => {
    // One statement: six thousand requests would take a minute.
    await api().app.get(Database).db.execute(sql`
      insert into tareas (codigo, titulo, tipo, prioridad, estado, created_at, inicio_programado,
        delegado_usuario_id, creado_por_usuario_id)
      select 'RARE-' || n, 'Ronda', 'patrullaje', 1 + n % 5,
        case when n % ${EACH}::int = 0 then 'pausada' else 'programada' end,
        ${new Date(FIRST_MS).toISOString()}::timestamptz + n * interval '1 minute',
        ${new Date(FIRST_MS).toISOString()}::timestamptz + (n * 7 % ${COUNT}::int) * interval '1 minute',
        ${IDS.usuario}::int, ${IDS.supervisor}::int
      from generate_series(0, ${COUNT - 1}::int) n`);
  });

  const codigos = async (query: string): Promise<string[]> => {
    const found: string[] = [];
    let cursor = '';
    do {
      const { status, body } = await api().get(`/tareas?${query}${cursor}`, { as: 'admin' });
      expect({ query, status }).toEqual({ query, status: 200 });
      const { items, next_cursor: next } = body as {
        items: readonly { readonly codigo: string }[];
        next_cursor: string | null;
      };
      found.push(...items.map(({ codigo }) => codigo));
      cursor = next === null ? '' : `&cursor=${next}`;
    } while (cursor !== '');
    return found.filter((codigo) => codigo.startsWith('RARE-'));
  };

  it.each(
    FILTERS.flatMap(([query, matches]) =>
      (['created_at', 'inicio_programado', 'prioridad'] as const).map(
        (key) => [query, key, matches] as const,
      ),
    ),
  )('?%s by %s pages through each match once, in both directions', async (query, key, matches) => {
    // The rows are in the order of their ids, which a stable sort keeps among equals.
    const expected = rareTareas
      .filter(matches)
      .sort((a, b) => a[key] - b[key])
      .map(({ codigo }) => codigo);
    expect(await codigos(`limit=8&${query}&sort=${key}`)).toEqual(expected);
    expect(await codigos(`limit=8&${query}&sort=-${key}`)).toEqual(expected.reverse());
  });
});
