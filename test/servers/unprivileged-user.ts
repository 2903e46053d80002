import { execFileSync } from 'node:child_process';

/** For a server that refuses to run as root; `undefined` when this process is not root. */
export function unprivilegedUser(server: string): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string): number =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      continue;
    }
  }
  throw new Error(`${server} refuses to run as root, and there is no user "postgres" or "nobody".`);
}
