import 'reflect-metadata';
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { AppConfigModule } from '../config/app-config.module.js';
import { isDatabaseUnavailable } from '../database/unavailable.js';
import { openDatabase } from '../database/open-database.js';
import { Problem } from '../problems/problem.js';
import { startFailure } from '../start-failure.js';
import { AdminAccounts, type Operator } from './admin-accounts.js';
import { parseAdminArguments, USAGE, type AdminCommand } from './admin-arguments.js';
import { AdminError } from './admin-error.js';
import { checkEmail, checkNewAdmin } from './check-new-admin.js';
import { readPassword } from './read-password.js';

/** All that this command reads of the environment: a wrong setting of the API must not lock us out. */
const USED = /^(DATABASE_\w+|DATA_DIR|MIGRATE)$/;

/**
 * When no process serves from its cache any more what was true at a commit: the freshness lease
 * (1 s and the longest round of the relay, 0.5 s) and the bound of copies in memory (0.5 s), with a
 * margin. Milliseconds.
 */
const LONGEST_TRUST_MS = 2_100;

/** Carries a command out; resolves with what to print. */
async function run(accounts: AdminAccounts, command: AdminCommand): Promise<string> {
  const operator: Operator = { source: 'command line', os_user: userInfo().username };
  const password = (): Promise<string> => readPassword(process.stdin, process.stderr);
  if (command.name === 'list') {
    const rows = await accounts.list();
    if (rows.length === 0) return 'There is no admin: make one with create --email.';
    return rows
      .map(({ id, email, nombre, apellido, locked }) =>
        [id, email, `${nombre} ${apellido}`, ...(locked ? ['locked'] : [])].join('\t'),
      )
      .join('\n');
  }
  if (command.name === 'create') {
    const admin = await checkNewAdmin({ ...command.fields, password: await password() });
    const id = await accounts.create(admin, operator);
    return `Admin ${String(id)} created: ${admin.email}`;
  }
  const email = await checkEmail(command.email);
  if (command.name === 'unlock') {
    return (await accounts.unlock(email, operator))
      ? `${email} unlocked.`
      : `${email} was not locked.`;
  }
  const id = await accounts.resetPassword(email, await password(), operator);
  // The API's processes learn of it from the outbox; until then one may let a caller in by its cache.
  await sleep(LONGEST_TRUST_MS);
  return `Password of usuario ${String(id)} set: ${email}; their sesiones have ended.`;
}

/** One sentence for what the operator can mend here; for the start's own failures see `startFailure`. */
function sentenceOf(error: unknown): string | undefined {
  if (error instanceof Problem && !isDatabaseUnavailable(error)) return `${error.detail}.`;
  if (error instanceof AdminError) return error.message;
  return undefined;
}

async function main(words: readonly string[]): Promise<void> {
  if (['--help', '-h', 'help'].includes(words[0] ?? '')) {
    console.log(USAGE);
    return;
  }
  const command = parseAdminArguments(words);
  // stdout is for the answer, stderr for what goes wrong.
  const print = (message: unknown): void => {
    console.error(message);
  };
  Logger.overrideLogger({ log: () => undefined, warn: print, error: print });
  const { config } = await AppConfigModule.load(undefined, (name) => USED.test(name));
  const database = await openDatabase(config);
  try {
    console.log(await run(new AdminAccounts(database), command));
  } finally {
    await database.close();
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(sentenceOf(error) ?? startFailure(error));
  process.exitCode = error instanceof AdminError ? error.exitCode : 1;
}
