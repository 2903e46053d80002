import { ConfigurationError } from '../../config/parse-environment.js';
import { reasonOf, sqlStateOf } from '../database-cause.js';
import type { SchemaState } from '../migrator.js';
import { inspectServer, tablesOutOfReach, type ServerFacts } from './inspect-server.js';
import { lookAtSchema, migratePostgres } from './migrate-postgres.js';
import { assertReadable, retryWhileUnavailable, type Place } from './retry-while-unavailable.js';
import { describeUrl } from './postgres-settings.js';

/** No privilege (42501), and no schema in which one could be used (3F000). */
const MAY_NOT = /^(42501|3F000)$/;

export interface UpToDateOptions {
  /** `DATABASE_DIRECT_URL`: the same database without a pooler before it. */
  readonly directUrl?: string | undefined;
  /** `false`: the schema has to be up to date already. Default: true. */
  readonly migrate?: boolean;
  /** How long to wait at most for what passes by itself. Default: by cause, up to 15 s. */
  readonly retryForMs?: number;
}

/**
 * Looks at the server and sees to its schema: what can be known before the first request is refused
 * here. Migrates by the direct connection where there is one.
 * @throws ConfigurationError, one sentence that names the variable and the cause
 */
export async function bringUpToDate(
  url: string,
  { directUrl, migrate = true, retryForMs = Infinity }: UpToDateOptions,
): Promise<ServerFacts> {
  const place: Place = { variable: 'DATABASE_URL', url };
  assertReadable(place);
  const facts = await retryWhileUnavailable(place, retryForMs, () => inspectServer(url));
  assertUtf8(place, facts);
  let schemaPlace = place;
  let schemaFacts = facts;
  if (directUrl !== undefined) {
    schemaPlace = { variable: 'DATABASE_DIRECT_URL', url: directUrl };
    assertReadable(schemaPlace);
    schemaFacts = await retryWhileUnavailable(schemaPlace, retryForMs, () =>
      inspectServer(directUrl),
    );
    assertDirect(schemaPlace, schemaFacts);
    assertSame(schemaPlace, facts, schemaFacts);
  }
  const state = await retryWhileUnavailable(schemaPlace, retryForMs, () =>
    lookAtSchema(schemaPlace.url).catch(explainGrants(schemaPlace, schemaFacts, mayNotLook)),
  );
  if (!migrate) assertUpToDate(state);
  else if (state.pending.length > 0) {
    await retryWhileUnavailable(schemaPlace, retryForMs, () =>
      migratePostgres(schemaPlace.url).catch(
        explainGrants(schemaPlace, schemaFacts, mayNotMigrate),
      ),
    );
  }
  const lacking = await retryWhileUnavailable(place, retryForMs, () => tablesOutOfReach(url));
  if (lacking.length > 0) throw outOfReach(place, facts, lacking);
  return facts;
}

type Grants = (facts: ServerFacts) => { may: string; grants: string };

const mayNotLook: Grants = ({ role }) => ({
  may: 'may not see which migrations were applied',
  grants: `GRANT USAGE ON SCHEMA drizzle TO ${quote(role)}; GRANT SELECT ON ALL TABLES IN SCHEMA drizzle TO ${quote(role)}`,
});

const mayNotMigrate: Grants = ({ role, database, schema }) => ({
  may: 'may not migrate',
  grants:
    `GRANT CREATE ON DATABASE ${quote(database)} TO ${quote(role)}; ` +
    `GRANT USAGE, CREATE ON SCHEMA ${quote(schema)} TO ${quote(role)}; ` +
    'or set MIGRATE=off and run `npm run migrate` with the URL of the role that owns the tables',
});

/** Turns the lack of a privilege into the sentence with the GRANT that mends it. */
function explainGrants({ variable, url }: Place, facts: ServerFacts, of: Grants) {
  return (error: unknown): never => {
    if (!MAY_NOT.test(sqlStateOf(error) ?? '')) throw error;
    if (!facts.schemaExists) throw noSchema({ variable, url }, facts);
    const { may, grants } = of(facts);
    throw new ConfigurationError(
      variable,
      `names ${describeUrl(url)}, whose role ${quote(facts.role)} ${may} (${reasonOf(error)}): as the owner run ${grants}`,
    );
  };
}

function noSchema({ variable, url }: Place, { role }: ServerFacts): ConfigurationError {
  return new ConfigurationError(
    variable,
    `names ${describeUrl(url)}, where the search_path of role ${quote(role)} names no schema that exists: ` +
      `run ALTER ROLE ${quote(role)} SET search_path = public, or create the schema`,
  );
}

function assertUtf8({ variable, url }: Place, { encoding, database }: ServerFacts): void {
  if (encoding === 'UTF8') return;
  throw new ConfigurationError(
    variable,
    `names ${describeUrl(url)}, whose encoding is ${encoding} and must be UTF8: make one by ` +
      `CREATE DATABASE ${quote(database)} ENCODING 'UTF8' TEMPLATE template0`,
  );
}

function assertDirect({ variable, url }: Place, { pooled }: ServerFacts): void {
  if (!pooled) return;
  throw new ConfigurationError(
    variable,
    `names ${describeUrl(url)}, where a pooler answers: name the PostgreSQL behind it, or leave the variable out`,
  );
}

function assertSame({ variable, url }: Place, one: ServerFacts, other: ServerFacts): void {
  if (one.identity === other.identity) return;
  throw new ConfigurationError(
    variable,
    `names ${describeUrl(url)}, another database than DATABASE_URL: both have to lead to the same one`,
  );
}

function assertUpToDate({ pending, ahead }: SchemaState): void {
  if (pending.length > 0) {
    throw new ConfigurationError(
      'MIGRATE',
      `is off, and the schema is behind by ${String(pending.length)} migrations: run \`npm run migrate\` of this version first`,
    );
  }
  if (ahead) {
    throw new ConfigurationError(
      'MIGRATE',
      'is off, and the schema is ahead: a later version has migrated it, start that version',
    );
  }
}

function outOfReach(
  { variable, url }: Place,
  { role, schema }: ServerFacts,
  tables: readonly string[],
): ConfigurationError {
  return new ConfigurationError(
    variable,
    `names ${describeUrl(url)}, whose role ${quote(role)} may not read and write ${tables.join(', ')}: ` +
      `as the owner run GRANT USAGE ON SCHEMA ${quote(schema)} TO ${quote(role)}; ` +
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${quote(schema)} TO ${quote(role)}`,
  );
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
