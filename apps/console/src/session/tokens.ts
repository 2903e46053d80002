import { API } from '../api/base.js';
import { send } from '../api/send.js';
import { SharedText } from './shared-text.js';

/** Of this console at this address: another installation below the same host has its own. */
const NAME = `gad.console.session:${API.pathname}`;

/** A refresh waits longer than other requests: its token is used up even if the answer is lost. */
const REFRESH_TIMEOUT_MS = 30_000;

interface AccessToken {
  readonly text: string;
  /** By `performance.now()`, which no change of the clock moves. */
  readonly goodUntil: number;
}

interface TokensAnswer {
  readonly access_token: string;
  readonly expires_in: number;
  readonly refresh_token: string;
}

/** There is no sesion any more: it ended in another tab. */
export class NoSession extends Error {}

/**
 * The tokens of one login. The access token stays in the memory of this page. The refresh token is
 * good once and a second use ends its whole family, so all tabs share one and only the holder of the
 * lock trades it; a mark in `localStorage` says that there is one. Without locks (plain HTTP on
 * another host than this one) or where the browser keeps nothing, it stays in memory as well, and
 * each tab logs in by itself.
 */
export class Tokens {
  readonly #isShared = 'locks' in navigator && keepsData();
  readonly #shared = new SharedText(NAME);
  #access: AccessToken | undefined;
  #own: string | undefined;
  #renewal: Promise<string> | undefined;

  /** Whether a login of earlier, or of another tab, can be gone on with. */
  get exist(): boolean {
    return this.#isShared ? localStorage.getItem(NAME) !== null : this.#own !== undefined;
  }

  async logIn(email: string, password: string): Promise<void> {
    const answer = await send({ method: 'POST', path: 'auth/login', body: { email, password } });
    await this.#locked(() => this.#take(answer as TokensAnswer));
    if (this.#isShared) localStorage.setItem(NAME, String(Date.now()));
  }

  /** An access token that is good for a while yet. @throws NoSession, ApiError */
  async access(): Promise<string> {
    if (this.#access !== undefined && performance.now() < this.#access.goodUntil) {
      return this.#access.text;
    }
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  /** Forgets what this tab knows: its access token was refused, or another tab has logged out. */
  drop(): void {
    this.#access = undefined;
  }

  /** Forgets what this tab and the others know. */
  async forget(): Promise<void> {
    this.#access = undefined;
    if (this.#isShared) localStorage.removeItem(NAME);
    await this.#locked(() => this.#write(undefined));
  }

  /** Calls back when another tab has logged in or out. */
  onChange(changed: (exist: boolean) => void): void {
    window.addEventListener('storage', ({ key, newValue }) => {
      if (key === NAME || key === null) changed(newValue !== null);
    });
  }

  #renew(): Promise<string> {
    return this.#locked(async () => {
      const refreshToken = await this.#read();
      if (refreshToken === undefined) throw new NoSession();
      const answer = await send({
        method: 'POST',
        path: 'auth/refresh',
        body: { refresh_token: refreshToken },
        timeoutMs: REFRESH_TIMEOUT_MS,
      });
      return this.#take(answer as TokensAnswer);
    });
  }

  async #take(answer: TokensAnswer): Promise<string> {
    const { access_token: text, expires_in: seconds, refresh_token: next } = answer;
    // Renewed before it ends, so that no request is refused for a token that aged on its way.
    const margin = Math.min(30, seconds / 4);
    this.#access = { text, goodUntil: performance.now() + (seconds - margin) * 1_000 };
    await this.#write(next);
    return text;
  }

  async #locked<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#isShared) return work();
    return navigator.locks.request(NAME, work);
  }

  async #read(): Promise<string | undefined> {
    return this.#isShared ? this.#shared.read() : this.#own;
  }

  async #write(refreshToken: string | undefined): Promise<void> {
    if (this.#isShared) await this.#shared.write(refreshToken);
    else this.#own = refreshToken;
  }
}

/** Whether this browser keeps data of the page: asking one that may not is an error. */
function keepsData(): boolean {
  try {
    localStorage.getItem(NAME);
    return true;
  } catch {
    return false;
  }
}
