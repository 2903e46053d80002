import { readFileSync } from 'node:fs';
import { createClient } from 'redis';

/** The server that a figure was measured on and the client that spoke to it, for a report's head. */
export async function redisVersions(url: string): Promise<string> {
  const client = createClient({ url });
  await client.connect();
  try {
    const [, server = 'unknown'] = /redis_version:(\S+)/.exec(await client.info('server')) ?? [];
    return `Redis ${server}, node-redis ${packageVersion('redis')}`;
  } finally {
    client.destroy();
  }
}

/** Of a package that the repository itself has installed. */
export function packageVersion(name: string): string {
  const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  // npm's format.
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
