import { readFile } from 'node:fs/promises';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { ConfigurationError } from '../config/parse-environment.js';
import { Problem } from '../problems/problem.js';
import { AdminAccounts } from './admin-accounts.js';
import { ADMIN_DEFAULTS } from './admin-arguments.js';
import { AdminError } from './admin-error.js';
import { checkNewAdmin } from './check-new-admin.js';
import { onlyLine } from './read-password.js';

type Wanted = NonNullable<AppConfig['firstAdmin']>;

/**
 * Before the API listens: while there is no admin, the one that `ADMIN_EMAIL` names is made. Later
 * neither variable is looked at, so that the file may be gone and the password be changed.
 */
@Injectable()
export class FirstAdmin implements OnApplicationBootstrap {
  private readonly logger = new Logger('Admin');

  constructor(
    private readonly config: AppConfig,
    private readonly accounts: AdminAccounts,
  ) {}

  /** @throws ConfigurationError when the admin that is asked for cannot be made */
  async onApplicationBootstrap(): Promise<void> {
    if ((await this.accounts.list()).length > 0) return;
    const wanted = this.config.firstAdmin;
    if (!wanted) {
      this.logger.warn('There is no admin: make one with `npm run admin -- create --email …`');
      return;
    }
    const id = await this.make(wanted);
    if (id !== undefined) this.logger.log(`First admin: usuario ${String(id)} (ADMIN_EMAIL)`);
  }

  private async make({ email, passwordFile }: Wanted): Promise<number | undefined> {
    const password = await readPasswordFile(passwordFile);
    try {
      const admin = await checkNewAdmin({ ...ADMIN_DEFAULTS(), email, password });
      return await this.accounts.createFirst(admin, { source: 'ADMIN_EMAIL' });
    } catch (error) {
      throw asConfigurationError(error, passwordFile);
    }
  }
}

async function readPasswordFile(path: string): Promise<string> {
  try {
    return onlyLine(await readFile(path), path);
  } catch (error) {
    const { message } = error as Error; // what fs and onlyLine throw
    throw new ConfigurationError('ADMIN_PASSWORD_FILE', `cannot be used (${message})`);
  }
}

/** Which of the two variables has to be corrected. */
function asConfigurationError(error: unknown, passwordFile: string): unknown {
  if (error instanceof AdminError) {
    return new ConfigurationError(
      'ADMIN_PASSWORD_FILE',
      `names ${passwordFile}, which does not do: ${error.message.replace(/\.$/, '')}`,
    );
  }
  if (!(error instanceof Problem) || error.status >= 500) return error;
  const ofPassword = error.errors?.some(({ field }) => field === 'password') === true;
  const variable = ofPassword ? 'ADMIN_PASSWORD_FILE' : 'ADMIN_EMAIL';
  return new ConfigurationError(variable, `cannot be used: ${error.detail}`);
}
