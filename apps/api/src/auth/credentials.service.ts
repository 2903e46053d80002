import { Injectable, Logger } from '@nestjs/common';
import { Database, type Db } from '../database/database.js';
import { Problem } from '../problems/problem.js';
import { CredentialsRepository, type Credentials } from './credentials.repository.js';
import { LOCKOUT_SECONDS } from './lockout.js';
import { hashPassword, verifyPassword, verifyPasswordOfNobody } from './password-hash.js';
import { UnknownEmailLockout } from './unknown-email-lockout.js';

/** An id that no usuario has. */
const NOBODY = 0;

/**
 * Checks passwords and locks accounts. What can be learnt from outside is kept even: an e-mail
 * that nobody has costs the same work and is locked by the same rule as one that somebody has, and
 * while a lock lasts no password is looked at, so a good one is answered like a bad one.
 *
 * Guessing in parallel wins nothing: a guess is answered only if the account was not locked when
 * its turn in the database came, so of a thousand simultaneous guesses five are answered. (Counting
 * before the check would do that too, but lock out somebody who opens six tabs.)
 *
 * The lock is on logging in with the password; sesiones that are open stay open.
 */
@Injectable()
export class CredentialsService {
  private readonly logger = new Logger('Credentials');

  constructor(
    private readonly database: Database,
    private readonly credentials: CredentialsRepository,
    private readonly unknownEmails: UnknownEmailLockout,
  ) {}

  /**
   * Runs `work` for the owner of the e-mail if the password is right, in the transaction that
   * accepts it.
   * @throws Problem INVALID_CREDENTIALS, ACCOUNT_LOCKED
   */
  async withLogin<T>(
    email: string,
    password: string,
    work: (tx: Db, usuarioId: number) => Promise<T>,
  ): Promise<T> {
    const found = await this.credentials.findByEmail(email);
    if (!found) return this.refuseUnknown(email, password);
    if (!(await this.check(found, password))) throw wrong();
    const accepted = await this.database.transaction(async (tx) =>
      (await this.credentials.recordSuccess(tx, found))
        ? { result: await work(tx, found.usuarioId) }
        : undefined,
    );
    if (!accepted) return this.refuseLate(found.usuarioId);
    return accepted.result;
  }

  /**
   * Whether a signed-in usuario knows their own password, under the same lockout: a stolen access
   * token must not become a way to guess it.
   * @throws Problem ACCOUNT_LOCKED
   */
  async confirm(usuarioId: number, password: string): Promise<boolean> {
    const found = await this.credentials.findById(usuarioId);
    if (!found || !(await this.check(found, password))) return false;
    return this.credentials.recordSuccess(this.database.db, found);
  }

  /** What `usuarios.password_hash` keeps of a new password: argon2id, slow on purpose. */
  hash(password: string): Promise<string> {
    return hashPassword(password);
  }

  private async check(found: Credentials, password: string): Promise<boolean> {
    if (found.lockedSeconds !== null) throw locked(found.lockedSeconds);
    if (await verifyPassword(found.passwordHash, password)) return true;
    const failure = await this.credentials.recordFailure(found.usuarioId);
    if (failure === 'refused') return this.refuseLate(found.usuarioId);
    if (failure === 'locks') {
      this.logger.warn(
        `Account locked for ${String(LOCKOUT_SECONDS)} s: usuario ${String(found.usuarioId)}`,
      );
    }
    return false;
  }

  private async refuseUnknown(email: string, password: string): Promise<never> {
    const before = this.unknownEmails.lockedSeconds(email);
    if (before !== undefined) throw locked(before);
    await verifyPasswordOfNobody(password);
    await this.credentials.recordFailure(NOBODY);
    const meanwhile = this.unknownEmails.lockedSeconds(email);
    if (meanwhile !== undefined) throw locked(meanwhile);
    this.unknownEmails.recordFailure(email);
    throw wrong();
  }

  /** The account was locked, deleted or given another password while this one was checked. */
  private async refuseLate(usuarioId: number): Promise<never> {
    const seconds = (await this.credentials.findById(usuarioId))?.lockedSeconds;
    throw typeof seconds === 'number' ? locked(seconds) : wrong();
  }
}

const wrong = (): Problem =>
  new Problem('INVALID_CREDENTIALS', 'The e-mail or the password is wrong');

const locked = (seconds: number): Problem =>
  new Problem('ACCOUNT_LOCKED', 'Too many wrong passwords in a row; try again later', {
    retryAfterSeconds: seconds,
  });
