import { chown, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessRunner } from './process-runner.js';
import { findServerSources } from './server-source.js';
import { startServer, type TestServer } from './test-server.js';
import { unprivilegedUser } from './unprivileged-user.js';

export interface NginxOptions {
  /** Directives of the one `server` block, such as `location /gad/ { proxy_pass …; }`. */
  readonly server: string;
  /** Default: a free one. */
  readonly port?: number;
}

/**
 * Starts an nginx on the loopback interface, from a configuration of its own and no other; resolves
 * when it answers.
 *
 * @throws Error with one sentence that says what to install, or with nginx's own output.
 */
export async function startNginx(options: NginxOptions): Promise<TestServer> {
  const { nginx: source } = await findServerSources(['nginx']);
  if (source.by === 'docker') {
    throw new Error('The tests of proxies need an installed nginx: install nginx.');
  }
  const url = (port: number): string => `http://127.0.0.1:${String(port)}`;
  return startServer(
    {
      name: 'nginx',
      createRunner: async (port) => {
        const user = unprivilegedUser('nginx');
        const temporaryDirectory = await mkdtemp(join(tmpdir(), 'gad-nginx-'));
        const file = join(temporaryDirectory, 'nginx.conf');
        await writeFile(file, configuration(temporaryDirectory, port, options.server));
        if (user !== undefined) {
          for (const path of [temporaryDirectory, file]) await chown(path, user.uid, user.gid);
        }
        return new ProcessRunner({
          program: source.path,
          args: ['-p', temporaryDirectory, '-c', file, '-e', 'stderr'],
          endSignal: 'SIGQUIT',
          removeSignal: 'SIGTERM',
          user,
          temporaryDirectory,
        });
      },
      answers: (port) =>
        fetch(url(port)).then(
          async (response) => {
            await response.text();
            return true;
          },
          () => false,
        ),
      url,
    },
    options.port,
  );
}

/** Everything that nginx would write elsewhere goes into the folder. */
function configuration(folder: string, port: number, server: string): string {
  const bodies = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    daemon off;
    pid ${folder}/nginx.pid;
    error_log stderr warn;
    events {}
    http {
      access_log off;
      ${bodies.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n      ')}
      server {
        listen 127.0.0.1:${String(port)};
        ${server}
      }
    }
  `;
}
