import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Violation {
  rule: string;
  from: string;
  to: string;
}

export interface CruisedModule {
  source: string;
  dependencies: { resolved: string }[];
}

export interface Cruise {
  /** The repository's own modules; packages are left out. */
  modules: CruisedModule[];
  violations: Violation[];
}

/** What dependency-cruiser prints, as far as it is read here. */
interface Output {
  modules: CruisedModule[];
  summary: { violations: { from: string; to: string; rule: { name: string } }[] };
}

const inRepository = (path: string): string =>
  fileURLToPath(new URL(`../../${path}`, import.meta.url));
const config = inRepository('test/laws/import-law.config.mjs');
const program = inRepository('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

/**
 * Runs dependency-cruiser with the import law over folders of a tree. In a process of its own: it
 * loads the TypeScript compiler, and jest would load that again into every suite's sandbox.
 */
export async function cruise(root: string, folders: readonly string[]): Promise<Cruise> {
  const args = ['--config', config, '--output-type', 'json', ...folders];
  const text = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [program, ...args],
      { cwd: root, maxBuffer: 256 * 1024 * 1024 },
      (error, stdout, stderr) => {
        // It ends with the number of violations, which is what the caller wants to see.
        if (stdout.startsWith('{')) resolve(stdout);
        else reject(new Error(`dependency-cruiser failed: ${stderr}`, { cause: error }));
      },
    );
  });
  // The program's documented JSON report.
  const output = JSON.parse(text) as Output;
  return {
    modules: output.modules.filter(({ source }) =>
      folders.some((folder) => source.startsWith(`${folder}/`)),
    ),
    violations: output.summary.violations.map(({ from, to, rule }) => ({
      from,
      to,
      rule: rule.name,
    })),
  };
}

/**
 * Pairs of features that use each other, with the imports that make them do so. Two files can do
 * this without a cycle among modules, and the next import closes it.
 *
 * @param featurePattern its first group is the feature's name.
 * @param ignored imports of such files do not count as use.
 */
export function mutualUses(
  modules: readonly CruisedModule[],
  featurePattern: RegExp,
  ignored: RegExp,
): string[] {
  const uses = new Map<string, string>();
  for (const { source, dependencies } of modules) {
    const user = featurePattern.exec(source)?.[1];
    if (user === undefined || source.endsWith('.spec.ts')) continue;
    for (const { resolved } of dependencies) {
      const used = featurePattern.exec(resolved)?.[1];
      if (used === undefined || used === user || ignored.test(resolved)) continue;
      uses.set(`${user} ${used}`, `${source} → ${resolved}`);
    }
  }
  return [...uses].flatMap(([pair, example]) => {
    const [user, used] = pair.split(' ');
    const back = uses.get(`${String(used)} ${String(user)}`);
    return back !== undefined && String(user) < String(used) ? [`${example}, ${back}`] : [];
  });
}
