import { request } from 'node:http';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { OpenAPIObject } from '@nestjs/swagger';
import { TestApi } from './support/api.js';
import { collectLeaks } from './support/leaks.js';

/** Requests per route; `FUZZ_RUNS=1000` for a long night, `FUZZ_SEED=…` to see one again. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 40);
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

interface Shot {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

interface Hit {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** What breaks naive servers, beside what chance comes up with. */
const NASTY = [
  ...['', '0', '-1', '1', '2', '1e9', '9007199254740993', '99999999999999999999', 'NaN', 'null'],
  ...['true', 'undefined', '[object Object]', "' or 1=1 --", '"; drop table tareas; --'],
  ...['../../etc/passwd', '..', '.', '//', '\\', '*', '**', '[', '[a-', 'stats:*', 'gad:', '~seq'],
  ...['__proto__', 'constructor', 'toString', '\0', '\x01index', '\r\nx-evil: 1', '\ud800'],
  ...['ñandú', '🦤', '\u202e', 'a'.repeat(513), 'ä'.repeat(600), '%', '%00', '%zz', '{{7*7}}'],
  ...['2026-13-45', '2026-02-30T25:61:00Z', '+275760-09-13', '${jndi:ldap://x}', '<script>'],
];
const text = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 40 }));
const json: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.integer(),
  fc.double(),
  fc.constantFrom(null, true, false, [], {}),
  fc.array(text, { maxLength: 3 }),
  fc.constant(JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`)),
);

/** Percent-encoded as a caller would, or in a way that no caller should. */
const segment = fc
  .tuple(text, fc.constantFrom('encoded', 'encoded', 'broken', 'raw'))
  .map(([value, how]) => {
    const encoded = encodeURIComponent(Buffer.from(value).toString());
    if (how === 'broken') return encoded.replace('%', '%g').slice(0, 2_000) || '%';
    if (how === 'raw') return value.replace(/[^\x21-\x7e]|[?#]/g, '') || '1';
    return encoded;
  });

/** Names that the route knows, and others; once, twice, as arrays and objects. */
function query(names: readonly string[]): fc.Arbitrary<string> {
  const name = fc.oneof(
    fc.constantFrom(...names, 'limit', 'cursor', 'x', '__proto__'),
    fc.constantFrom(...names, 'days').map((known) => `${known}[]`),
    fc.constantFrom(...names, 'days').map((known) => `${known}[a][b]`),
  );
  return fc
    .array(fc.tuple(name, segment), { maxLength: 3 })
    .map((pairs) => pairs.map(([key, value]) => `${key}=${value}`).join('&'))
    .map((all) => (all === '' ? '' : `?${all}`));
}

const headers = fc.dictionary(
  fc.constantFrom(
    ...['x-request-id', 'if-none-match', 'accept', 'content-type', 'origin', 'range', 'expect'],
    ...['x-forwarded-for', 'x-forwarded-host', 'x-http-method-override', 'accept-encoding'],
    ...['authorization', 'cookie', 'transfer-encoding'],
  ),
  text.map((value) => value.replace(/[^\x20-\x7e]/g, '').slice(0, 300)),
  { maxKeys: 2 },
);

type Schema = Readonly<Record<string, unknown>>;

let api: TestApi;
let document: OpenAPIObject;
const leaks = collectLeaks(() => api.stop());

beforeAll(async () => {
  api = await TestApi.start('servers');
  document = (await api.get('//docs-json')).body as OpenAPIObject;
});

/** The fields of a route's body: some right, some wrong, some missing, some unknown. */
function bodyOf(schema: Schema | undefined): fc.Arbitrary<string | undefined> {
  const fields = Object.entries((schema?.['properties'] ?? {}) as Record<string, Schema>);
  const shaped = fc
    .record(
      Object.fromEntries([
        ...fields.map(([name, field]) => [
          name,
          fc.oneof(json, fc.constant(field['example'] ?? field['default'] ?? 1)),
        ]),
        ['__proto__x', json],
      ]) as Record<string, fc.Arbitrary<unknown>>,
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value));
  return fc.oneof(
    shaped,
    shaped,
    json.map((value) => JSON.stringify(value)),
    text,
    fc.constantFrom('{', '{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{}}}'),
    fc.constant(`{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`),
    fc.constant(undefined),
  );
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly names: readonly string[];
  readonly schema: Schema | undefined;
  /** The statuses in the document. */
  readonly documented: readonly string[];
}

function routes(): Route[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    (['get', 'post', 'patch', 'delete', 'put'] as const).flatMap((method) => {
      const operation = item[method];
      if (operation === undefined) return [];
      const names = (operation.parameters ?? []).flatMap((parameter) =>
        'in' in parameter && parameter.in === 'query' ? [parameter.name] : [],
      );
      const content =
        operation.requestBody && 'content' in operation.requestBody
          ? operation.requestBody.content['application/json']?.schema
          : undefined;
      const reference = content && '$ref' in content ? content.$ref.split('/').at(-1) : undefined;
      const schema = reference === undefined ? content : document.components?.schemas?.[reference];
      return [
        {
          method: method.toUpperCase(),
          path,
          names,
          schema: schema as Schema | undefined,
          documented: Object.keys(operation.responses),
        },
      ];
    }),
  );
}

function shots({ method, path, names, schema }: Route): fc.Arbitrary<Shot> {
  const holes = path.split(/\{[^}]*\}/);
  return fc
    .record({
      parts: fc.array(fc.oneof(segment, fc.constantFrom('1', '2', '3')), {
        minLength: holes.length - 1,
        maxLength: holes.length - 1,
      }),
      search: query(names.length === 0 ? ['days'] : names),
      headers,
      body: method === 'GET' ? fc.constant(undefined) : bodyOf(schema),
    })
    .map(({ parts, search, headers: extra, body }) => ({
      method,
      path: holes.map((hole, n) => hole + (parts[n] ?? '')).join('') + search,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...extra },
      body,
    }));
}

function fire(shot: Shot, token: string | undefined): Promise<Hit | 'refused by the client'> {
  return new Promise((resolve, reject) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    let sent;
    try {
      sent = request(`${api.url}/`, {
        method: shot.method,
        path: shot.path,
        headers: {
          ...authorization,
          // Node leaves it out for DELETE, and the body would be taken for another request.
          ...(shot.body === undefined
            ? {}
            : { 'content-length': String(Buffer.byteLength(shot.body)) }),
          ...shot.headers,
        },
      });
    } catch {
      // Node will not even send it; nothing that the server could answer wrongly.
      resolve('refused by the client');
      return;
    }
    sent.on('response', (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? '',
          text: body,
        });
      });
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // The server answered and hung up while the (broken) body was still being sent.
      if (['EPIPE', 'ECONNRESET'].includes(error.code ?? '')) resolve('refused by the client');
      else reject(error);
    });
    sent.end(shot.body);
  });
}

function expectHonest(shot: Shot, hit: Hit): void {
  const sent = JSON.stringify({ ...shot, body: shot.body?.slice(0, 200) });
  // Not even 503: both servers are up, so a 503 means that the request overloaded or misled them.
  if (hit.status >= 500) expect({ sent, status: hit.status, text: hit.text }).toBeUndefined();
  if (hit.status < 400) return;
  expect({ sent, type: hit.type }).toEqual({
    sent,
    type: expect.stringMatching(/^application\/problem\+json/),
  });
  const problem = JSON.parse(hit.text) as Record<string, unknown>;
  expect(problem).toMatchObject({ status: hit.status, code: expect.any(String) });
  expect(hit.text).not.toMatch(
    /node_modules|at .*\.[jt]s:\d|redis:\/\/|postgres:\/\/|select .* from/i,
  );
}

describe('hostile input', () => {
  it('hostile input gets an honest answer on every route of the OpenAPI document', async () => {
    const all = routes();
    expect(all.length).toBeGreaterThan(20);
    const statuses = new Map<number, number>();
    const undocumented = new Set<string>();
    for (const route of all) {
      // A route that ends the sesion gets a token that is none: the others need theirs.
      const token = route.path.endsWith('/auth/logout') ? 'x.y.z' : await api.login('admin');
      await fc.assert(
        fc.asyncProperty(shots(route), async (shot) => {
          const hit = await fire(shot, token);
          if (hit === 'refused by the client') return;
          statuses.set(hit.status, (statuses.get(hit.status) ?? 0) + 1);
          expectHonest(shot, hit);
          if (!route.documented.includes(String(hit.status))) {
            undocumented.add(`${route.method} ${route.path}: ${String(hit.status)}`);
          }
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
      expect({ route: route.path, leaks }).toEqual({ route: route.path, leaks: [] });
    }
    expect([...undocumented]).toEqual([]);
    // It got past the doors: handlers ran, and validation refused.
    expect(statuses.get(200) ?? 0).toBeGreaterThan(all.length);
    expect(statuses.get(400) ?? 0).toBeGreaterThan(all.length);
    expect((await api.get('/auth/me', { as: 'admin' })).body.rol).toBe('admin');
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  }, 300_000);
});
