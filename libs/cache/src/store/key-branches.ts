import { isUnlisted } from '../keys/key-validation.js';

const EXCLUSIVE = 0x28;

/** What follows a prefix in some keys, up to the next colon. */
export interface KeyBranch {
  /** May be empty. */
  readonly name: string;
  /** How many keys are this name or continue it after a colon. */
  readonly keys: number;
  /** Whether a key ends with the name. */
  readonly isKey: boolean;
}

/** A page of the branches below a prefix. */
export interface KeyBranches {
  readonly items: readonly KeyBranch[];
  /** Where the next page begins, as `ZRANGEBYLEX` takes it, or `undefined` at the end. */
  readonly next: Buffer | undefined;
  /** Whether keys without a value may be counted: leases, and what expired lately. */
  readonly isEstimate: boolean;
}

/** Where a branch stands: at its own key if it has one, else at the keys that continue it. */
function placed(prefix: string, branch: KeyBranch): { branch: KeyBranch; at: Buffer } {
  const { name, isKey } = branch;
  return { branch, at: Buffer.from(prefix + (isKey ? name : `${name}:`)) };
}

/** Where the branches after one begin. */
function behind(prefix: string, { name, isKey }: KeyBranch): Buffer {
  // ';' follows ':'.
  return Buffer.from(isKey ? `(${prefix}${name}` : `[${prefix}${name};`);
}

/** The branches of some keys, for stores that keep no order of them. Cost: all the keys. */
export function branchesOf(
  keys: Iterable<string>,
  prefix: string,
  from: Buffer | undefined,
  limit: number,
): Omit<KeyBranches, 'isEstimate'> {
  const branches = new Map<string, KeyBranch>();
  for (const key of keys) {
    if (!key.startsWith(prefix) || isUnlisted(key)) continue;
    const [name = ''] = key.slice(prefix.length).split(':', 1);
    const ends = key.length === prefix.length + name.length;
    const { keys: count = 0, isKey = false } = branches.get(name) ?? {};
    branches.set(name, { name, keys: count + 1, isKey: isKey || ends });
  }
  const found = [...branches.values()]
    .map((branch) => placed(prefix, branch))
    .filter(
      ({ at }) => from === undefined || at.compare(from, 1) > (from[0] === EXCLUSIVE ? 0 : -1),
    )
    .sort((a, b) => a.at.compare(b.at));
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map(({ branch }) => branch), next: last && behind(prefix, last.branch) };
}
