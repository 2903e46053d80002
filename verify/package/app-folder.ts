import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { npm } from '../../tools/pack-library.mjs';

const APP = new URL('app/', import.meta.url);
/** Of one program: a compiler on a busy machine. */
const TIMEOUT_MS = 180_000;
const SHOWN_CHARACTERS = 3_000;

/** What `run` changes of the environment. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Path of another Node.js than the one that runs this. */
  readonly node?: string | undefined;
}

/** A user's project: a folder outside of the repository that knows the library as a tarball only. */
export class AppFolder {
  constructor(readonly path: string) {}

  /** Begins the project: an empty folder with a manifest. */
  async create(manifest: object): Promise<void> {
    await mkdir(this.path, { recursive: true });
    await this.write({ 'package.json': manifest });
  }

  /** Writes files; an object as JSON. */
  async write(files: Readonly<Record<string, string | object>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.path, name);
      await mkdir(dirname(path), { recursive: true });
      const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
      await writeFile(path, text);
    }
  }

  /** Takes files of `app/` over, by their new names, as text that `edit` may change. */
  async take(
    files: Readonly<Record<string, string>>,
    edit = (text: string): string => text,
  ): Promise<void> {
    for (const [name, source] of Object.entries(files)) {
      await this.write({ [name]: edit(await readFile(new URL(source, APP), 'utf8')) });
    }
  }

  /** Install scripts run only for packages that need theirs. */
  install(packages: readonly string[], { scripts = false } = {}): void {
    const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    const safe = scripts ? [] : ['--ignore-scripts'];
    npm(['install', ...quiet, ...safe, ...packages], { cwd: this.path });
  }

  /**
   * Runs a JavaScript file of the project; what it prints.
   *
   * @throws Error with its output
   */
  async run(file: string, args: readonly string[] = [], options: RunOptions = {}): Promise<string> {
    const node = options.node ?? process.execPath;
    const bin = join(this.path, 'node_modules/.bin');
    const env = {
      ...process.env,
      NODE_OPTIONS: '',
      PATH: [dirname(node), bin, process.env['PATH']].join(delimiter),
      ...options.env,
    };
    try {
      const { stdout } = await promisify(execFile)(node, [file, ...args], {
        cwd: this.path,
        env,
        timeout: TIMEOUT_MS,
        maxBuffer: 1 << 26,
      });
      return stdout;
    } catch (error) {
      // Node's own error of a program that failed.
      const { stdout = '', stderr = '', message } = error as Error & Record<string, string>;
      const output = `${stdout}${stderr}`.trim();
      throw new Error(output === '' ? message : output.slice(-SHOWN_CHARACTERS), { cause: error });
    }
  }

  /** A folder with a copy of one file and nothing else. */
  async alone(file: string): Promise<AppFolder> {
    const folder = new AppFolder(`${this.path}-alone`);
    await rm(folder.path, { recursive: true, force: true });
    await mkdir(folder.path);
    await cp(join(this.path, file), join(folder.path, file));
    return folder;
  }
}
