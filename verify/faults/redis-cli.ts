import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ClusterServer } from '../../test/servers/redis-cluster.js';

const run = promisify(execFile);

const YES = 'yes\n';
/** More than `fix` asks. */
const QUESTIONS = 4;

/** A node as the tool wants it named. */
export const placeOf = ({ address: { host, port } }: ClusterServer): string => `${host}:${port}`;

/**
 * `redis-cli --cluster …`, the tool of a Cluster's operators.
 *
 * @param onText is given its output as it comes
 * @throws Error with the end of its output when it fails
 */
export async function manageCluster(
  words: readonly string[],
  onText?: (text: string) => void,
): Promise<void> {
  const running = run('redis-cli', ['--cluster', ...words], { maxBuffer: 64 * 1024 * 1024 });
  if (onText !== undefined) running.child.stdout?.on('data', onText);
  // `fix` asks before it covers a slot, whatever it was given, and a tool that does not ask ends before.
  running.child.stdin?.on('error', () => undefined).end(YES.repeat(QUESTIONS));
  // Its plan of thousands of slots stays out of the error.
  const output = await running.then(
    () => undefined,
    (error: unknown) => {
      const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
      return `${stdout}${stderr}`.slice(-1_000);
    },
  );
  if (output !== undefined) throw new Error(`redis-cli --cluster ${words.join(' ')}: ${output}`);
}
