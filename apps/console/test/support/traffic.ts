import { setTimeout as sleep } from 'node:timers/promises';
import { PASSWORD } from './test-browser.js';

/** Readers and writers as an office has them: many reads, a few writes, a person who removes. */
export class Traffic {
  #isStopped = false;
  #turn = 0;

  private constructor(
    private readonly urls: readonly string[],
    private readonly token: string,
  ) {}

  static async start(urls: readonly string[]): Promise<Traffic> {
    const response = await fetch(`${urls[0] ?? ''}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'admin@gad.local', password: PASSWORD }),
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    return new Traffic(urls, token);
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Makes requests for so long, or until it is stopped. */
  async run(ms: number): Promise<void> {
    const end = performance.now() + ms;
    while (!this.#isStopped && performance.now() < end) {
      await this.#request();
      await sleep(15 + 25 * Math.random());
    }
  }

  async #request(): Promise<void> {
    const turn = this.#turn++;
    const usuario = 1 + Math.floor(3 * Math.random() ** 2);
    const days = [7, 30, 30, 30, 90, 365][Math.floor(6 * Math.random())] ?? 30;
    if (turn % 60 === 59) await this.#create(usuario);
    else if (turn % 2_000 === 1_999)
      await this.#call('POST', 'cache/invalidate-pattern/stats:user:3:*');
    else await this.#call('GET', `stats/user/${String(usuario)}?days=${String(days)}`);
  }

  async #create(usuario: number): Promise<void> {
    await this.#call('POST', 'tareas', {
      titulo: 'Ronda',
      tipo: 'patrullaje',
      prioridad: 3,
      inicio_programado: '2026-12-01T20:00:00Z',
      delegado_usuario_id: usuario,
    });
  }

  async #call(method: string, path: string, body?: unknown): Promise<void> {
    const url = this.urls[this.#turn % this.urls.length] ?? '';
    const response = await fetch(`${url}/api/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await response.text();
    if (!response.ok) throw new Error(`${path}: ${String(response.status)}`);
  }
}
