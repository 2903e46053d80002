import { signal, type ReadonlySignal } from '@preact/signals';
import { ApiError } from '../api/api-error.js';
import type { components } from '../api/schema.js';
import { send } from '../api/send.js';
import { wasIdle } from './idle.js';
import { NoSession, Tokens } from './tokens.js';

type Me = components['schemas']['MeDto'];

/** Why there is no login. */
export type Ending = 'none' | 'expired' | 'idle' | 'elsewhere' | 'logged_out';

export type Session =
  | { readonly status: 'starting' }
  | { readonly status: 'out'; readonly ending: Ending }
  | { readonly status: 'unreachable'; readonly error: unknown }
  | { readonly status: 'forbidden'; readonly me: Me }
  | { readonly status: 'in'; readonly me: Me };

const state = signal<Session>({ status: 'starting' });
const tokens = new Tokens();

/** Who uses this page. Whatever it shows of the cache belongs to `in` and goes with it. */
export const session: ReadonlySignal<Session> = state;

/** Goes on with an earlier login, and follows the other tabs from now on. */
export async function startSession(): Promise<void> {
  tokens.onChange((exist) => {
    if (exist && state.value.status === 'out') void resume();
    else if (!exist && state.value.status !== 'out') end('elsewhere');
  });
  if (tokens.exist && wasIdle()) await logOut('idle');
  else await resume();
}

/** Asks who is logged in. */
export async function resume(): Promise<void> {
  if (!tokens.exist) {
    state.value = { status: 'out', ending: 'none' };
    return;
  }
  state.value = { status: 'starting' };
  try {
    await recognise();
  } catch (error) {
    // `withToken` has ended what cannot go on.
    if ((state.value as Session).status === 'starting') {
      state.value = { status: 'unreachable', error };
    }
  }
}

/** @throws ApiError: wrong password, locked, too many attempts, no answer */
export async function logIn(email: string, password: string): Promise<void> {
  await tokens.logIn(email, password);
  await recognise();
}

/** Ends the sesion for all tabs, also when the API does not answer. */
export async function logOut(ending: Ending = 'logged_out'): Promise<void> {
  const last = await tokens.access().catch(() => undefined);
  end(ending);
  // Each of the two ends the sesion, so nothing is left to do about one that fails.
  await Promise.allSettled([
    tokens.forget(),
    last === undefined ? undefined : send({ method: 'POST', path: 'auth/logout', token: last }),
  ]);
}

/**
 * Makes a request with a good access token: with a new one, once, when it was refused.
 * A sesion that has ended, or a role that was withdrawn, ends what this page shows.
 */
export async function withToken<T>(request: (token: string) => Promise<T>): Promise<T> {
  try {
    try {
      return await request(await tokens.access());
    } catch (error) {
      if (!isRefused(error, 'UNAUTHENTICATED')) throw error;
      tokens.drop();
      return await request(await tokens.access());
    }
  } catch (error) {
    await follow(error);
    throw error;
  }
}

/** What a failure says about the sesion. */
async function follow(error: unknown): Promise<void> {
  if (error instanceof NoSession) {
    end('elsewhere');
    await tokens.forget();
  } else if (isRefused(error, 'REFRESH_TOKEN_INVALID')) {
    end('expired');
    await tokens.forget();
  } else if (isRefused(error, 'FORBIDDEN') && state.value.status === 'in') {
    const { me } = state.value;
    state.value = { status: 'forbidden', me };
    await recognise().catch(() => undefined); // who they are now; until then who they were
  }
}

async function recognise(): Promise<void> {
  const answer = await withToken((token) => send({ method: 'GET', path: 'auth/me', token }));
  const me = answer as Me; // as the served document promises
  state.value = { status: me.rol === 'admin' ? 'in' : 'forbidden', me };
}

function end(ending: Ending): void {
  tokens.drop();
  state.value = { status: 'out', ending };
}

function isRefused(error: unknown, code: string): boolean {
  return error instanceof ApiError && error.code === code;
}
