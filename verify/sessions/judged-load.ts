import type { Opened, Stage } from './stage.js';

export interface LoadResult {
  requests: number;
  /** Let through. */
  served: number;
  /** Let through after the end of the permission was acknowledged. */
  wronglyServed: number;
  /** Refused while the permission stood. */
  wronglyRefused: number;
  /** Without an answer, or with 503. */
  unanswered: number;
  /** Changes that were acknowledged, by kind. */
  readonly changes: Record<Change, number>;
}

export type Change = 'logout' | 'role' | 'deletion';

/** A supervisor who reads another's statistics, for as long as that is allowed. */
interface Subject extends Opened {
  /** `ending`: a change is under way or its outcome unknown, so both answers are right. */
  allowed: 'yes' | 'ending' | 'no';
  /** Counts what happens to `allowed`: an answer is judged only if it is the same before and after. */
  version: number;
  judged: number;
}

const SUBJECTS = 24;
/** Requests after which the permission of a subject ends, and those after its end that are judged. */
const LIFE = 60;
const AFTERLIFE = 40;
const CHANGES = ['logout', 'role', 'deletion'] as const;

/**
 * Readers that ask any process in turn, while permissions end by a logout, a new role or a
 * deletion. Every answer is judged against what was acknowledged before its request was sent.
 */
export class JudgedLoad {
  readonly result: LoadResult = {
    requests: 0,
    served: 0,
    wronglyServed: 0,
    wronglyRefused: 0,
    unanswered: 0,
    changes: { logout: 0, role: 0, deletion: 0 },
  };
  readonly #subjects: Subject[] = [];
  #turn = 0;

  constructor(
    private readonly stage: Stage,
    private readonly admin: Opened,
  ) {}

  /** Runs until so many requests were judged. */
  async run(requests: number, readers: number): Promise<void> {
    while (this.#subjects.length < SUBJECTS) this.#subjects.push(await this.#subject());
    const read = async (): Promise<void> => {
      while (this.result.requests < requests) await this.#step(this.#turn++);
    };
    await Promise.all(Array.from({ length: readers }, read));
  }

  async #step(turn: number): Promise<void> {
    const at = turn % SUBJECTS;
    const subject = this.#subjects[at];
    if (subject === undefined) return;
    subject.judged += 1;
    if (subject.allowed === 'yes' && subject.judged > LIFE) await this.#end(subject, turn);
    else if (subject.allowed !== 'yes' && subject.judged > LIFE + AFTERLIFE) {
      this.#subjects[at] = await this.#subject();
    } else await this.#judge(subject, turn);
  }

  async #judge(subject: Subject, turn: number): Promise<void> {
    const { allowed, version, token } = subject;
    const status = await this.stage.status(this.#process(turn), 'GET', '/stats/user/1', token);
    const { result } = this;
    result.requests += 1;
    if (status === 200) {
      result.served += 1;
      if (allowed === 'no') result.wronglyServed += 1;
    } else if (status !== 401 && status !== 403) result.unanswered += 1;
    else if (allowed === 'yes' && subject.version === version) result.wronglyRefused += 1;
  }

  /** Ends the permission, and repeats what was not acknowledged. */
  async #end(subject: Subject, turn: number): Promise<void> {
    subject.allowed = 'ending';
    subject.version += 1;
    const change = CHANGES[turn % CHANGES.length] ?? 'logout';
    for (let attempt = turn; subject.allowed === 'ending'; attempt += 1) {
      const status = await this.#send(subject, change, this.#process(attempt));
      // 401 and 404 say that an attempt without an answer was done: it was never acknowledged, so
      // nothing may be judged by it.
      if (status >= 200 && status < 300) {
        subject.allowed = 'no';
        this.result.changes[change] += 1;
      } else if (status === 401 || status === 404) return;
    }
  }

  #send({ token, usuarioId }: Subject, change: Change, at: number): Promise<number> {
    if (change === 'logout') return this.stage.status(at, 'POST', '/auth/logout', token);
    const path = `/usuarios/${usuarioId}`;
    if (change === 'deletion') return this.stage.status(at, 'DELETE', path, this.admin.token);
    return this.stage.status(at, 'PATCH', path, this.admin.token, { rol: 'usuario' });
  }

  async #subject(): Promise<Subject> {
    const opened = await this.stage.open(await this.stage.usuario('supervisor'));
    return { ...opened, allowed: 'yes', version: 0, judged: 0 };
  }

  /** Any, so that a caller's next request is rarely where the last one was. */
  #process(turn: number): number {
    return Math.floor(turn / SUBJECTS) + turn;
  }
}
