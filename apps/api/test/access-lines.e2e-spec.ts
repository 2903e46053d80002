import { describe, expect, it } from '@jest/globals';
import { DEMO_PASSWORD, EMAILS, IDS, TestApi } from './support/api.js';
import { startApiProcess, type ApiProcess } from './support/api-process.js';
import { expectProblem } from './support/expect-problem.js';

interface Line {
  readonly context?: string;
  readonly requestId?: string;
  readonly [field: string]: unknown;
}

/** Logs a usuario in and reads who they are, as another client behind a proxy. */
async function callThrough(api: ApiProcess): Promise<void> {
  const call = async (id: string, path: string, init: RequestInit = {}): Promise<unknown> => {
    const headers = {
      'x-request-id': id,
      'x-forwarded-for': '[2001:db8::7]:51234',
      ...init.headers,
    };
    return (await fetch(`${api.url}/api/v1${path}`, { ...init, headers })).json();
  };
  const tokens = await call('r-login', '/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: EMAILS.usuario, password: DEMO_PASSWORD }),
  });
  const { access_token: token } = tokens as { access_token: string };
  await call('r-me', '/auth/me', { headers: { authorization: `Bearer ${token}` } });
}

/** The line of each request by its id; the last one is written after its answer. */
async function linesOf(variables: Record<string, string>): Promise<Record<string, Line>> {
  const api = await startApiProcess({ LOG_LEVEL: 'info', TRUST_PROXY: 'loopback', ...variables });
  try {
    await callThrough(api);
    api.signal('SIGTERM');
    await api.ended();
    const lines = api.output
      .split('\n')
      .filter((text) => text.startsWith('{'))
      .map((text) => JSON.parse(text) as Line); // the logger writes objects
    const requests = lines.filter(({ context }) => context === 'HTTP');
    return Object.fromEntries(requests.map((line) => [String(line.requestId), line]));
  } finally {
    await api.dispose();
  }
}

describe('the line of a request', () => {
  it('the line of a request has its address and its usuario', async () => {
    const lines = await linesOf({});
    expect(lines['r-me']).toMatchObject({ address: '2001:db8::7', usuario_id: IDS.usuario });
    expect(lines['r-login']).toMatchObject({ address: '2001:db8::7', status: 200 });
    expect(lines['r-login']).not.toHaveProperty('usuario_id');
  });

  it('the line of a request has no address with LOG_CLIENT_ADDRESS=false', async () => {
    const lines = await linesOf({ LOG_CLIENT_ADDRESS: 'false' });
    expect(lines['r-me']).toMatchObject({ usuario_id: IDS.usuario });
    expect(JSON.stringify(lines)).not.toContain('2001:db8');
  });
});

describe('METRICS_TOKEN', () => {
  it('METRICS_TOKEN is what a scraper has to send', async () => {
    const METRICS_TOKEN = 'a-token-of-prometheus';
    const api = await TestApi.start('embedded', { METRICS_TOKEN });
    try {
      for (const token of [undefined, 'another-token-of-it', await api.login('admin')]) {
        const as = token === undefined ? {} : { as: { token } };
        expectProblem(await api.get('//metrics', as), 401, 'UNAUTHENTICATED');
      }
      const answer = await api.get('//metrics', { as: { token: METRICS_TOKEN } });
      expect(answer).toMatchObject({ status: 200 });
      expect(String(answer.body)).toContain('cache_hit_rate');
    } finally {
      await api.stop();
    }
  });
});
