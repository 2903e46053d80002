import { setTimeout as sleep } from 'node:timers/promises';

/** What an attacker sends, so many a second, whatever comes back. */
export interface Attack {
  readonly name: string;
  readonly perSecond: number;
  /** The p99 of a reader under it, as a multiple of the p99 without. */
  readonly target: number;
  readonly request: (serial: number) => { readonly path: string } & RequestInit;
}

const JSON_BODY = { 'content-type': 'application/json' };

/** Just below the largest body that is read by default, each of another kind. */
const HOSTILE_BODIES: readonly string[] = [
  JSON.stringify(
    Object.fromEntries(Array.from({ length: 10_500 }, (_, at) => [at.toString(36), 1])),
  ),
  `{"refresh_token":${'['.repeat(40_000)}${']'.repeat(40_000)}}`,
  JSON.stringify({ refresh_token: Array<number>(45_000).fill(1) }),
  JSON.stringify(
    Object.fromEntries(Array.from({ length: 99 }, (_, at) => [`x${at}`, { y: 'z'.repeat(900) }])),
  ),
];

/** One address, and no token. */
const bodies: Attack = {
  name: 'hostile bodies from one address',
  perSecond: 8,
  target: 1.5,
  request: (serial) => ({
    path: serial % 2 === 0 ? '/api/v1/auth/refresh' : '/api/v1/auth/login',
    method: 'POST',
    headers: { ...JSON_BODY, 'x-forwarded-for': '203.0.113.7' },
    body: HOSTILE_BODIES[serial % HOSTILE_BODIES.length] ?? '',
  }),
};

/** Each from an address and for an e-mail of its own, so that no limit but the hashing's own stops it. */
const hashes: Attack = {
  name: 'logins from many addresses',
  perSecond: 100,
  target: 2,
  request: (serial) => ({
    path: '/api/v1/auth/login',
    method: 'POST',
    headers: { ...JSON_BODY, 'x-forwarded-for': `2001:db8:0:${serial.toString(16)}::1` },
    body: JSON.stringify({ email: `attack-${serial}@example.org`, password: 'a wrong password' }),
  }),
};

export const ATTACKS: readonly Attack[] = [bodies, hashes];

/** How many requests got which status. */
export type Statuses = Readonly<Record<number, number>>;

/** Attacks at an even pace that does not wait for answers. @param first of the requests' serial numbers */
export async function attack(
  { perSecond, request }: Attack,
  {
    url,
    seconds,
    first,
  }: { readonly url: string; readonly seconds: number; readonly first: number },
): Promise<Statuses> {
  const statuses: Record<number, number> = {};
  const sent: Promise<void>[] = [];
  const begin = performance.now();
  for (let at = 0; at < perSecond * seconds; at += 1) {
    await sleep(begin + (at * 1_000) / perSecond - performance.now());
    const { path, ...init } = request(first + at);
    sent.push(
      fetch(url + path, init).then(async (answer) => {
        await answer.text();
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      }),
    );
  }
  await Promise.all(sent);
  return statuses;
}
