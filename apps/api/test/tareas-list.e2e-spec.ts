import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { IDS, onEverySetup, type Role } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { createTarea } from './support/new-tarea.js';

interface Item {
  readonly id: number;
  readonly titulo: string;
  readonly [field: string]: unknown;
}
interface Page {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
}

const SORTED_BY = ['created_at', 'inicio_programado', 'prioridad'] as const;
const SORTS = SORTED_BY.flatMap((key) => [key, `-${key}`]);

onEverySetup('GET /tareas', (api) => {
  const page = async (query: string, as: Role = 'admin'): Promise<Page> => {
    const answer = await api().get(`/tareas?${query}`, { as });
    expect({ query, status: answer.status }).toEqual({ query, status: 200 });
    return answer.body as Page;
  };
  /** Every item of a list, page by page. */
  const all = async (query: string, as?: Role): Promise<Item[]> => {
    const items: Item[] = [];
    let { items: next, next_cursor: cursor } = await page(query, as);
    for (;;) {
      items.push(...next);
      if (cursor === null) return items;
      ({ items: next, next_cursor: cursor } = await page(`${query}&cursor=${cursor}`, as));
    }
  };

  describe('filters', () => {
    beforeAll(async () => {
      for (let i = 1; i <= 5; i += 1) {
        await createTarea(api(), { inicio_programado: `2027-03-0${i}T00:00:00Z`, prioridad: i });
      }
      await createTarea(api(), { tipo: 'entrenamiento', delegado_usuario_id: IDS.admin });
    });

    it('filters takes desde (inclusive) and hasta (exclusive)', async () => {
      const { items } = await page('desde=2027-03-02T00:00:00Z&hasta=2027-03-04');
      expect(items).toHaveLength(2);
    });

    it.each([
      ['estado=finalizada', { estado: 'finalizada' }],
      ['tipo=entrenamiento', { tipo: 'entrenamiento' }],
      ['prioridad=5', { prioridad: 5 }],
      [`delegado_usuario_id=${IDS.admin}`, { delegado_usuario_id: IDS.admin }],
      [`creado_por_usuario_id=${IDS.supervisor}`, { creado_por_usuario_id: IDS.supervisor }],
      ['prioridad=2&tipo=patrullaje&sort=prioridad', { prioridad: 2, tipo: 'patrullaje' }],
    ])('?%s leaves those and only those', async (query, wanted) => {
      const everything = await all('limit=100');
      const expected = everything.filter((item) =>
        Object.entries(wanted).every(([field, value]) => item[field] === value),
      );
      expect(expected.length).toBeGreaterThan(0);
      expect(expected.length).toBeLessThan(everything.length);
      for (const sort of SORTS) {
        const found = await all(`${query.replace(/&sort=.*/, '')}&limit=7&sort=${sort}`);
        expect(byId(found)).toEqual(byId(expected));
      }
    });

    it('filters shows a usuario the own tareas only, whatever the filters', async () => {
      for (const query of ['limit=100', 'q=ronda', 'sort=prioridad', 'creado_por_usuario_id=3']) {
        const { items } = await page(query, 'usuario');
        expect(items.length).toBeGreaterThan(0);
        for (const item of items) expect(item['delegado_usuario_id']).toBe(IDS.usuario);
      }
      const answer = await api().get(`/tareas?delegado_usuario_id=${IDS.admin}`, { as: 'usuario' });
      expectProblem(answer, 403, 'FORBIDDEN');
    });
  });

  describe('q', () => {
    const mark = `Zx${String(Date.now())}`;
    const titles = {
      plain: `${mark} Ronda por el Ñandú`,
      percent: `${mark} 100% listo`,
      thousand: `${mark} 1000 listo`,
      underscore: `${mark} a_b`,
      letter: `${mark} axb`,
      quote: `${mark} l'agua \\ "x" & (y) | !z <-> :*`,
    };
    beforeAll(async () => {
      for (const titulo of Object.values(titles)) await createTarea(api(), { titulo });
      await createTarea(api(), { codigo: `${mark}-C.7`, titulo: 'Sin marca' });
    });
    const search = async (q: string) =>
      (await all(`q=${encodeURIComponent(q)}&limit=2`)).map(({ titulo }) => titulo).sort();

    it.each([
      ['any part of the titulo', 'l Ñan', [titles.plain]],
      ['another case and no accents', 'ÉL ÑANDU', [titles.plain]],
      ['decomposed accents', 'n\u0303andu\u0301', [titles.plain]],
      ['% as itself', '100%', [titles.percent]],
      ['_ as itself', 'a_b', [titles.underscore]],
      ['one character that is a wildcard elsewhere', '%', [titles.percent]],
      ['two of them', '_b', [titles.underscore]],
      ['operators of a text search', ' & (y) | !z <-> :*', [titles.quote]],
      ['a quote and a backslash', `l'agua \\`, [titles.quote]],
      ['nothing for what is not there', '%%', []],
    ])('q finds %s', async (_what, q, expected) => {
      const found = (await search(q)).filter((titulo) => titulo.startsWith(mark));
      expect(found).toEqual([...expected].sort());
    });

    it('q finds a part of the codigo, alone or among all that carry the mark', async () => {
      expect(await search(`${mark.toLowerCase()}-c.`)).toEqual(['Sin marca']);
      expect(await search(mark)).toEqual([...Object.values(titles), 'Sin marca'].sort());
    });

    it('q does not find across the end of the codigo', async () => {
      expect(await search('C.7Sin')).toEqual([]);
    });
  });

  describe('sort', () => {
    it('sort gives the newest first by default', async () => {
      expect(await all('limit=100')).toEqual(await all('limit=100&sort=-created_at'));
    });

    it.each(SORTS)(
      '%s pages through every tarea exactly once, ties in the order of ids',
      async (sort) => {
        const items = await all(`limit=7&sort=${sort}`);
        expect(new Set(byId(items)).size).toBe(items.length);
        expect(byId(items)).toEqual(byId(await all('limit=100')));
        const key = sort.replace('-', '');
        const order = [...items].sort((a, b) => compare(a[key], b[key]) || a.id - b.id);
        expect(items).toEqual(sort.startsWith('-') ? order.reverse() : order);
      },
    );

    it('sort goes on at the same place when the tarea of the cursor has moved or is gone', async () => {
      const rows = await all('limit=100&sort=inicio_programado');
      const first = await page('limit=3&sort=inicio_programado');
      const last = first.items[2];
      const moved = {
        titulo: 'x',
        prioridad: 1,
        inicio_programado: '1971-01-01T00:00:00Z',
        fin_programado: null,
      };
      await api().patch(`/tareas/${String(last?.id)}`, { as: 'admin', body: moved });
      const cursor = first.next_cursor ?? '';
      const next = await page(`limit=3&sort=inicio_programado&cursor=${cursor}`);
      expect(next.items.map(({ id }) => id)).toEqual(rows.slice(3, 6).map(({ id }) => id));
      await api().delete(`/tareas/${String(last?.id)}`, { as: 'admin' });
      expect(await page(`limit=3&sort=inicio_programado&cursor=${cursor}`)).toEqual(next);
    });

    it('sort refuses a cursor of another sort or another list', async () => {
      const cursors = await Promise.all(
        SORTS.map(async (sort) => ({
          sort,
          cursor: (await page(`limit=1&sort=${sort}`)).next_cursor,
        })),
      );
      for (const { sort, cursor } of cursors) {
        for (const other of SORTS.filter((name) => name !== sort)) {
          const answer = await api().get(`/tareas?sort=${other}&cursor=${String(cursor)}`, {
            as: 'admin',
          });
          expectProblem(answer, 400, 'CURSOR_INVALID');
        }
        expectProblem(
          await api().get(`/usuarios?cursor=${String(cursor)}`, { as: 'admin' }),
          400,
          'CURSOR_INVALID',
        );
      }
    });
  });

  describe('what is refused', () => {
    it.each([
      ...[
        'limit=0',
        'limit=101',
        'limit=',
        'limit=1e1',
        'limit=5&limit=6',
        'estado=',
        'estado=nada',
      ],
      ...[
        'desde=ayer',
        'hasta=2026-02-30',
        'delegado_usuario_id=x',
        'page=2',
        'desde[]=2026-01-01',
      ],
      ...['tipo=siesta', 'prioridad=0', 'prioridad=6', 'prioridad=alta', 'creado_por_usuario_id=0'],
      ...['q=', 'q=%20', 'q=%CC%81', 'q=a%0Ab', 'q=a%E2%80%A8b', 'q=a%00b', `q=${'a'.repeat(101)}`],
      ...[
        'q=a&q=b',
        'sort=',
        'sort=titulo',
        'sort=--prioridad',
        'sort=prioridad,id',
        'sort=__proto__',
      ],
    ])('the query ?%s is refused', async (query) => {
      expectProblem(await api().get(`/tareas?${query}`, { as: 'admin' }), 400, 'VALIDATION_FAILED');
    });

    const seal = (...lines: unknown[]) => {
      const content = Buffer.from(lines.join('\n'));
      const digest = createHash('sha256').update(content).digest().subarray(0, 6);
      return Buffer.concat([digest, content]).toString('base64url');
    };
    it.each([
      ['', seal('tareas:-created_at', 1)],
      ['', seal('tareas:-created_at', 1, 2, 3)],
      ['', seal('tareas:-created_at', 'x', 1)],
      ['', seal('tareas:-created_at', '999999999999999', 1)],
      ['', seal('tareas:-created_at', 1, '99999999999999999')],
      ['sort=prioridad&', seal('tareas:prioridad', 0, 1)],
      ['sort=prioridad&', seal('tareas:prioridad', 6, 1)],
      ['sort=prioridad&', seal('tareas:prioridad', 99_999, 1)],
    ])(
      'the query ?%scursor=%s is refused, as no tarea can have its position',
      async (query, cursor) => {
        const answer = await api().get(`/tareas?${query}cursor=${cursor}`, { as: 'admin' });
        expectProblem(answer, 400, 'CURSOR_INVALID');
      },
    );

    it('a cursor with the position of any tarea is accepted', async () => {
      for (const [sort, key] of [
        ['-created_at', 1],
        ['prioridad', 5],
        ['inicio_programado', 253_402_300_799_999],
        ['-inicio_programado', Date.parse('1900-01-01')],
      ]) {
        const cursor = seal(`tareas:${String(sort)}`, key, Number.MAX_SAFE_INTEGER);
        expect((await page(`sort=${String(sort)}&cursor=${cursor}`)).items).toEqual([]);
      }
    });
  });
});

const byId = (items: readonly Item[]): number[] => items.map(({ id }) => id).sort((a, b) => a - b);

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}
