import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { freePort } from '../../test/servers/ports.js';
import type { AppFolder } from './app-folder.js';
import type { Cell, Surroundings } from './cell.js';

const README = new URL('../../libs/cache/README.md', import.meta.url);
const START_MS = 120_000;

interface Block {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of the quick start: those with NestJS, and those without. */
function quickStart(): { nest: readonly Block[]; plain: readonly Block[] } {
  const [, section = ''] = readFileSync(README, 'utf8').split(/^## Quick start$|^## In an app.*$/m);
  const [nest = '', plain = ''] = section.split('Without NestJS:');
  return { nest: blocksOf(nest), plain: blocksOf(plain) };
}

function blocksOf(text: string): readonly Block[] {
  const found = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return found.map(([, language = '', block = '']) => ({ language, text: block }));
}

/** Executes the fenced blocks of the quick start, in order, and nothing else. */
export function quickStartCells(around: Surroundings): Cell[] {
  const { nest, plain } = quickStart();
  return [
    ...['11', '12'].map((version) => ({
      name: `quick start: NestJS ${version}`,
      run: () => inNest(around, version, nest),
    })),
    { name: 'quick start: without NestJS', run: () => withoutNest(around, plain) },
  ];
}

async function inNest(around: Surroundings, version: string, blocks: readonly Block[]) {
  const tools = around.folder(`cli-${version}`);
  await tools.create({ name: 'cli', private: true });
  tools.install([`@nestjs/cli@${version}`]);
  const nest = 'node_modules/@nestjs/cli/bin/nest.js';
  await tools.run(nest, ['new', 'shop', '--skip-git', '--skip-install', '-p', 'npm']);
  const app = around.folder(`cli-${version}/shop`);
  app.install([]);

  const port = await freePort();
  let output: readonly string[] = [];
  const server = { log: '', end: (): void => undefined };
  try {
    for (const block of blocks) {
      if (block.language !== 'sh') await writeBlock(app, block);
      else if (block.text === 'npm start\n') await start(app, port, server);
      else output = await shell(app, block.text, around.tarball, port);
    }
  } finally {
    server.end();
  }
  const [first, second, , last] = output;
  if (first === undefined || first !== second || last === first || !last?.includes('readAt')) {
    throw new Error(`The answers were: ${output.join(', ')}`);
  }
  for (const line of ['Cache HIT: price:7', 'Cache DELETE: price:7 (deleted=1)']) {
    if (!server.log.includes(line)) throw new Error(`No "${line}" in the log: ${server.log}`);
  }
}

async function withoutNest(around: Surroundings, blocks: readonly Block[]) {
  const app = around.folder('quick-plain');
  await app.create({ name: 'shop', private: true });
  let output: readonly string[] = [];
  for (const block of blocks) {
    if (block.language === 'sh') output = await shell(app, block.text, around.tarball, 0);
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

/** Runs commands with the tarball in place of the registry's package; the lines of each. */
async function shell(app: AppFolder, text: string, tarball: string, port: number) {
  const lines: string[] = [];
  for (const line of text.trim().split('\n')) {
    const command = line
      .replace('npm install @gad/cache', `npm install --ignore-scripts ${tarball}`)
      .replace('localhost:3000', `127.0.0.1:${port}`)
      .replace(/^curl /, 'curl -sS ');
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: app.path });
    lines.push(...stdout.trim().split('\n'));
  }
  return lines;
}

/** `npm start`, until the server answers. */
async function start(app: AppFolder, port: number, server: { log: string; end: () => void }) {
  const env = { ...process.env, PORT: String(port), NO_COLOR: '1' };
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
