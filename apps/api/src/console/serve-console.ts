import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';

/** Where it is served, from the root of the API. */
export const CONSOLE_PATH = '/console/';

/** What the build makes: `dist/console`, seen from the sources, the compiled files and the bundle. */
const FOLDERS = ['../console/', '../../../../console/', '../../../../dist/console/'];

/** The page brings everything it needs, runs no text as a script and styles nothing inline. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  ...['script-src', 'style-src', 'img-src', 'font-src', 'connect-src'].map(
    (kind) => `${kind} 'self'`,
  ),
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join(';');

/** The folder with the built console; undefined where none was built. */
export function consoleFolder(): string | undefined {
  return FOLDERS.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((folder) =>
    existsSync(`${folder}index.html`),
  );
}

/**
 * Serves the console from a folder. Its files have their hash in the name and are kept for good; the
 * page that names them is asked for each time. Behind a proxy with a path prefix it works by relative
 * URLs.
 */
export async function serveConsole(app: NestFastifyApplication, folder: string): Promise<void> {
  const assets = join(folder, 'assets');
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/console', (_request, reply) => reply.redirect('./console/', 302));
  await app.register(fastifyStatic, {
    root: folder,
    prefix: CONSOLE_PATH,
    decorateReply: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply: FastifyReply, path: string) => {
      void reply.headers({
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'cache-control': path.startsWith(assets)
          ? 'public, max-age=31536000, immutable'
          : 'no-cache',
      });
    },
  });
}
