import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownDatabase } from '../../../test/servers/suite-servers.js';
import { DEMO_PASSWORD, IDS, TestApi } from './support/api.js';
import { temporaryFolder } from './support/data-folder.js';
import { tryLogin } from './support/new-usuario.js';

const ADMIN_EMAIL = 'First@Example.org';
const PASSWORD = 'tormenta de verano';

describe('ADMIN_EMAIL and ADMIN_PASSWORD_FILE', () => {
  let folder: string;
  let ADMIN_PASSWORD_FILE: string;
  let DATABASE_URL: string;
  let apis: TestApi[];

  beforeAll(async () => {
    folder = await temporaryFolder();
    ADMIN_PASSWORD_FILE = join(folder, 'password');
  });
  beforeEach(async () => {
    apis = [];
    await writeFile(ADMIN_PASSWORD_FILE, `${PASSWORD}\n`);
    DATABASE_URL = await ownDatabase();
  });
  afterEach(() => Promise.all(apis.map((api) => api.stop())));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const start = async (variables: Record<string, string> = {}): Promise<TestApi> => {
    const all = { DATABASE_URL, DEMO_DATA: 'false', ADMIN_EMAIL, ADMIN_PASSWORD_FILE };
    const api = await TestApi.start('servers', { ...all, ...variables });
    apis.push(api);
    return api;
  };
  const list = async (api: TestApi, password = PASSWORD) => {
    const { body } = await tryLogin(api, ADMIN_EMAIL, password);
    const as = { token: (body as { access_token: string }).access_token };
    return (await api.get('/usuarios', { as })).body as { items: { id: number; rol: string }[] };
  };

  it('ADMIN_EMAIL and ADMIN_PASSWORD_FILE make one admin, also when several processes start at once', async () => {
    const [api] = await Promise.all([start(), start(), start()]);
    expect((await list(api)).items).toMatchObject([{ rol: 'admin', email: 'first@example.org' }]);
  });

  it('ADMIN_EMAIL and ADMIN_PASSWORD_FILE are not looked at once there is an admin', async () => {
    await start();
    await rm(ADMIN_PASSWORD_FILE);
    const again = await start({ ADMIN_EMAIL: 'second@example.org' });
    expect((await list(again)).items).toHaveLength(1);
  });

  it('ADMIN_EMAIL and ADMIN_PASSWORD_FILE stop the start with a sentence when they cannot be used', async () => {
    await expect(start({ ADMIN_PASSWORD_FILE: join(folder, 'none') })).rejects.toThrow(
      /^ADMIN_PASSWORD_FILE cannot be used \(ENOENT/,
    );
    await writeFile(ADMIN_PASSWORD_FILE, 'Password2026');
    await expect(start()).rejects.toThrow(
      /^ADMIN_PASSWORD_FILE names .*: The password is one of the most common passwords\.$/,
    );
    await writeFile(ADMIN_PASSWORD_FILE, 'short');
    await expect(start()).rejects.toThrow(/^ADMIN_PASSWORD_FILE cannot be used: password must be/);
    await writeFile(ADMIN_PASSWORD_FILE, Buffer.from([0xff, 0xfe]));
    await expect(start()).rejects.toThrow(/^ADMIN_PASSWORD_FILE .* is not UTF-8/);
  });
});

describe('a database with demo usuarios', () => {
  const exposed: Record<string, string>[] = [
    { HOST: '0.0.0.0' },
    { NODE_ENV: 'production', JWT_SECRET: 'x'.repeat(32) },
  ];

  it.each(exposed)(
    'a database with demo usuarios is not served to others with the published password: %j',
    async (way) => {
      const DATABASE_URL = await ownDatabase();
      const demo = await TestApi.start('servers', { DATABASE_URL });
      const start = () => TestApi.start('servers', { DATABASE_URL, DEMO_DATA: 'false', ...way });
      try {
        await expect(start()).rejects.toThrow(
          /^DATABASE_URL names a database with demo usuarios .*admin@gad\.local, usuario@gad\.local/,
        );
        for (const id of Object.values(IDS)) {
          const own = id === IDS.admin ? { current_password: DEMO_PASSWORD } : {};
          const body = { password: `otra tormenta ${id}`, ...own };
          expect(await demo.patch(`/usuarios/${id}`, { as: 'admin', body })).toMatchObject({
            status: 200,
          });
        }
        await (await start()).stop();
      } finally {
        await demo.stop();
      }
    },
  );
});
