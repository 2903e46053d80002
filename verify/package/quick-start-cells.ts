import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { freePort } from '../../test/servers/ports.js';
import type { AppFolder } from './app-folder.js';
import type { Cell, Surroundings } from './cell.js';

const LIBS = new URL('../../libs/', import.meta.url);
const START_MS = 120_000;

interface Block {
  readonly language: string;
  readonly text: string;
}

/** The quick start of a library, up to the next heading. */
function quickStartOf(library: string): string {
  const readme = readFileSync(new URL(`${library}/README.md`, LIBS), 'utf8');
  return /^## Quick start$(.*?)^## /ms.exec(readme)?.[1] ?? '';
}

function blocksOf(text: string): readonly Block[] {
  const found = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return found.map(([, language = '', block = '']) => ({ language, text: block }));
}

/** Executes the fenced blocks of the quick starts, in order, and nothing else. */
export function quickStartCells(around: Surroundings): Cell[] {
  const [nest = '', plain = ''] = quickStartOf('cache').split('Without NestJS:');
  return [
    ...['11', '12'].map((version) => ({
      name: `quick start: NestJS ${version}`,
      run: async () => {
        const { answers, log } = await inNest(around, version, 'shop', blocksOf(nest));
        const [first, second, , last] = answers;
        if (first === undefined || first !== second || last === first || !last?.includes('readAt'))
          throw new Error(`The answers were: ${answers.join(', ')}`);
        expectLines(log, ['Cache HIT: price:7', 'Cache DELETE: price:7 (deleted=1)']);
      },
    })),
    { name: 'quick start: without NestJS', run: () => withoutNest(around, blocksOf(plain)) },
    {
      name: 'quick start: the outbox, NestJS 11',
      run: async () => {
        const blocks = blocksOf(quickStartOf('cache-postgres'));
        const { answers, log } = await inNest(around, '11', 'outbox', blocks);
        const [old, renewed] = [41, 42].map((n) => JSON.stringify({ id: 7, n }));
        if (JSON.stringify(answers) !== JSON.stringify(['', old, old, '', renewed]))
          throw new Error(`The answers were: ${answers.join(', ')}`);
        expectLines(log, ['Cache HIT: price:7', 'Cache DELETE: price:7 (deleted=1)']);
      },
    },
  ];
}

function expectLines(log: string, lines: readonly string[]): void {
  for (const line of lines)
    if (!log.includes(line)) throw new Error(`No "${line}" in the log: ${log}`);
}

/** Executes the blocks in a new application of the Nest CLI. */
async function inNest(
  around: Surroundings,
  version: string,
  name: string,
  blocks: readonly Block[],
): Promise<{ readonly answers: readonly string[]; readonly log: string }> {
  const tools = around.folder(`cli-${version}-${name}`);
  await tools.create({ name: 'cli', private: true });
  tools.install([`@nestjs/cli@${version}`]);
  const nest = 'node_modules/@nestjs/cli/bin/nest.js';
  await tools.run(nest, ['new', name, '--skip-git', '--skip-install', '-p', 'npm']);
  const app = around.folder(`cli-${version}-${name}/${name}`);
  app.install([]);

  const port = await freePort();
  let answers: readonly string[] = [];
  const server = { log: '', end: (): void => undefined };
  try {
    for (const block of blocks) {
      if (block.language !== 'sh') await writeBlock(app, block);
      else if (block.text === 'npm start\n') await start(app, around, port, server);
      else answers = await shell(app, block.text, around, port);
    }
  } finally {
    server.end();
  }
  return { answers, log: server.log };
}

async function withoutNest(around: Surroundings, blocks: readonly Block[]) {
  const app = around.folder('quick-plain');
  await app.create({ name: 'shop', private: true });
  let output: readonly string[] = [];
  for (const block of blocks) {
    if (block.language === 'sh') output = await shell(app, block.text, around, 0);
    else await writeBlock(app, block);
  }
  const times = output.flatMap((line) => [...line.matchAll(/readAt: (\d+)/g)].map(([, at]) => at));
  if (times.length !== 3 || times[0] !== times[1] || times[1] === times[2]) {
    throw new Error(`It printed: ${output.join('\n')}`);
  }
}

/** A block begins with the name of its file. */
async function writeBlock(app: AppFolder, { text }: Block): Promise<void> {
  const name = /^\/\/ (\S+)\n/.exec(text)?.[1];
  if (name === undefined) throw new Error(`A block names no file: ${text}`);
  await app.write({ [name]: text });
}

/** Runs commands with the tarballs in place of the registry's packages; the lines of each. */
async function shell(app: AppFolder, text: string, around: Surroundings, port: number) {
  const lines: string[] = [];
  for (const line of text.trim().split('\n')) {
    const command = line
      .replace('@gad/cache-postgres', around.outboxTarball)
      .replace('@gad/cache', around.tarball)
      .replace('npm install', 'npm install --ignore-scripts')
      .replace('localhost:3000', `127.0.0.1:${port}`)
      .replace(/^curl /, 'curl -sS ');
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: app.path });
    lines.push(...stdout.trim().split('\n'));
  }
  return lines;
}

/** `npm start`, until the server answers. */
async function start(
  app: AppFolder,
  { redisUrl, databaseUrl }: Surroundings,
  port: number,
  server: { log: string; end: () => void },
) {
  const urls = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
  const env = { ...process.env, ...urls, PORT: String(port), NO_COLOR: '1' };
  const child = spawn('npm', ['start'], { cwd: app.path, env, detached: true });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (server.log += String(chunk)));
  }
  server.end = () => {
    // npm, the Nest CLI and the server are one group.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  const begin = performance.now();
  while (!server.log.includes('successfully started')) {
    if (child.exitCode !== null || performance.now() - begin > START_MS) {
      throw new Error(`The application did not start: ${server.log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await fetch(`http://127.0.0.1:${port}/nothing`).catch(() => undefined);
}
