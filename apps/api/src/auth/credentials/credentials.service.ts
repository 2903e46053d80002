import { Injectable, Logger } from '@nestjs/common';
import type { Db } from '../../database/database.js';
import { DomainEventBus, type RecordEvent } from '../../events/domain-event-bus.js';
import { Problem } from '../../problems/problem.js';
import { CredentialsRepository, type Credentials } from './credentials.repository.js';
import { LOCKOUT_SECONDS } from './lockout.js';
import { hashOfEmail, LoginFailuresRepository } from './login-failures.repository.js';
import { PasswordHasher } from './password-hasher.js';
import { UNKNOWABLE_HASH } from './password-hash.js';
import { newPasswordFlaw } from './password-policy.js';

/**
 * Checks passwords and locks e-mails. An e-mail that no usuario has takes the same path as a
 * registered one: the same statements, one hash, the same count and lock, in every process. While a
 * lock lasts no password is looked at, so a good one is answered like a bad one.
 *
 * Guessing in parallel wins nothing: a guess is answered only if the e-mail was not locked when
 * its turn in the database came, so of a thousand simultaneous guesses five are answered. (Counting
 * before the check would do that too, but lock out a usuario who opens six tabs.)
 *
 * The lock is on logging in with the password; sesiones that are open stay open.
 */
@Injectable()
export class CredentialsService {
  private readonly logger = new Logger('Credentials');

  constructor(
    private readonly bus: DomainEventBus,
    private readonly credentials: CredentialsRepository,
    private readonly failures: LoginFailuresRepository,
    private readonly hasher: PasswordHasher,
  ) {}

  /**
   * Runs `work` for the owner of the e-mail if the password is right, in the transaction that
   * accepts it.
   * @throws Problem INVALID_CREDENTIALS, ACCOUNT_LOCKED, RATE_LIMITED, HASHING_BUSY
   */
  async withLogin<T>(
    email: string,
    password: string,
    work: (tx: Db, record: RecordEvent, usuarioId: number) => Promise<T>,
  ): Promise<T> {
    await this.hasher.admit(hashOfEmail(email), true);
    const { found, lockedSeconds } = await this.credentials.lookUp(email);
    if (lockedSeconds !== undefined) throw locked(lockedSeconds);
    if (!(await this.check(email, found, password, null)) || !found) throw wrong();
    const accepted = await this.bus.transaction(async (tx, record) =>
      (await this.accept(tx, found))
        ? { result: await work(tx, record, found.usuarioId) }
        : undefined,
    );
    if (accepted) return accepted.result;
    await this.refuseLocked(email);
    throw wrong();
  }

  /**
   * Before the first of `confirm`, `find` and `hashNew` in a request of a signed-in usuario.
   * @throws Problem RATE_LIMITED, HASHING_BUSY
   */
  admit(usuarioId: number): Promise<void> {
    return this.hasher.admit(`usuario:${String(usuarioId)}`, false);
  }

  /**
   * Checks the own password of a signed-in usuario, under the same lockout: a stolen access token
   * must not become a way to guess it.
   * @returns what to `accept` in the transaction of the change, `undefined` for a wrong password
   * @throws Problem ACCOUNT_LOCKED
   */
  async confirm(usuarioId: number, password: string): Promise<Credentials | undefined> {
    const found = await this.credentials.findById(usuarioId);
    if (!found) return undefined;
    await this.refuseLocked(found.email);
    return (await this.check(found.email, found, password, usuarioId)) ? found : undefined;
  }

  /**
   * Accepts a password that was found right, and forgets the wrong ones before it. The usuario stays
   * locked until the end of the transaction.
   * @returns false when meanwhile the e-mail was locked, the usuario deleted, or the password or the
   *   e-mail changed
   */
  async accept(tx: Db, checked: Credentials): Promise<boolean> {
    if (!(await this.credentials.hold(tx, checked))) return false;
    return this.failures.forgive(tx, checked.email);
  }

  /**
   * What `usuarios.password_hash` keeps of a new password: argon2id, slow on purpose.
   * @param email of the usuario by then
   * @param oldHash of the password that it replaces, from which it must differ
   * @throws Problem VALIDATION_FAILED with the reason (`newPasswordFlaw`)
   */
  async hashNew(password: string, email: string, oldHash?: string): Promise<string> {
    const flaw = await newPasswordFlaw(password, email, oldHash, this.hasher);
    if (flaw !== undefined) {
      throw new Problem('VALIDATION_FAILED', `password ${flaw}`, {
        errors: [{ field: 'password', message: flaw }],
      });
    }
    return this.hasher.hash(password);
  }

  /** What `confirm` finds, without the check: for an admin who changes another's password. */
  find(usuarioId: number): Promise<Credentials | undefined> {
    return this.credentials.findById(usuarioId);
  }

  /** Ends a lockout, in the transaction of the reason for it. @returns whether there was one */
  unlock(tx: Db, email: string): Promise<boolean> {
    return this.failures.unlock(tx, email);
  }

  private async check(
    email: string,
    found: Credentials | undefined,
    password: string,
    actor: number | null,
  ): Promise<boolean> {
    const good = await this.hasher.verify(found?.passwordHash ?? UNKNOWABLE_HASH, password);
    if (good && found) return true;
    const usuarioId = found?.usuarioId ?? null;
    const failure = await this.failures.record(email, usuarioId, actor);
    if (failure === 'refused') await this.refuseLocked(email);
    if (failure === 'locks') {
      const whose = found ? `usuario ${String(found.usuarioId)}` : 'no usuario';
      this.logger.warn(`E-mail locked for ${String(LOCKOUT_SECONDS)} s: ${whose}`);
    }
    return false;
  }

  private async refuseLocked(email: string): Promise<void> {
    const seconds = await this.failures.lockedSeconds(email);
    if (seconds !== undefined) throw locked(seconds);
  }
}

const locked = (retryAfterSeconds: number): Problem =>
  new Problem('ACCOUNT_LOCKED', 'Too many wrong passwords in a row; try again later', {
    retryAfterSeconds,
  });

const wrong = (): Problem =>
  new Problem('INVALID_CREDENTIALS', 'The e-mail or the password is wrong');
