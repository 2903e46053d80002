import { beforeAll, expect, it } from '@jest/globals';
import { CacheService } from '@gad/cache';
import { onEverySetup } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';

const LISTS = ['/usuarios', '/tareas', '/cache/keys'];

const base64 = (text: string) => Buffer.from(text).toString('base64url');

onEverySetup('the cursor of a list', (api) => {
  beforeAll(async () => {
    const cache = api().app.get(CacheService);
    for (const key of ['prueba:1', 'prueba:2']) await cache.set(key, 1);
  });

  async function nextCursor(list: string): Promise<string> {
    const { status, body } = await api().get(`${list}?limit=1`, { as: 'admin' });
    expect({ list, status }).toEqual({ list, status: 200 });
    return body.next_cursor as string;
  }

  it.each(LISTS)('a cursor of %s leads on, and any other text is refused', async (list) => {
    const own = await nextCursor(list);
    const page = (cursor: string) =>
      api().get(`${list}?limit=1&cursor=${encodeURIComponent(cursor)}`, { as: 'admin' });
    expect(await page(own)).toMatchObject({ status: 200 });
    const others = await Promise.all(LISTS.filter((other) => other !== list).map(nextCursor));
    const changed = Array.from(own, (letter, n) =>
      [own.slice(0, n), letter === 'A' ? 'B' : 'A', own.slice(n + 1)].join(''),
    );
    for (const cursor of [
      ...others,
      ...changed,
      ...[`${own}=`, `${own}\n`, own.slice(1), own + own, own.toLowerCase(), 'x'.repeat(5_000)],
      ...['', 'x', '!!', '\0', '__proto__', 'MTA'],
      ...['id:20', 'id:2147483648', 'id:999999999999999', 'id:0', 'id:-1', 'key:x'].map(base64),
    ]) {
      const answer = await page(cursor);
      expect({ cursor, status: answer.status }).toEqual({ cursor, status: 400 });
      expectProblem(answer, 400, 'CURSOR_INVALID');
    }
  });
});
