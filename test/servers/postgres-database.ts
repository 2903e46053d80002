import pg from 'pg';

/**
 * Makes an empty database on a server, or a copy of another one.
 *
 * @param serverUrl URL of any database of the server, with the right to create others.
 * @param template the name of the database to copy, which must have no connection.
 * @returns the URL of the new database.
 */
export async function createDatabase(
  serverUrl: string,
  name: string,
  template?: string,
): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const [own, copied] = [name, template ?? 'template1'].map((each) =>
      client.escapeIdentifier(each),
    );
    await client.query(`CREATE DATABASE ${own} TEMPLATE ${copied}`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}
