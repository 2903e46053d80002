import { parse } from './compile-scripts.js';

/** The fixed header of a script. */
export interface ScriptHeader {
  readonly purpose: string;
  /** `KEYS[1]`, `ARGV[3..]`: the operands in the order in which they are listed. */
  readonly operands: readonly string[];
  readonly returns: string;
  readonly cost: string;
}

/** Reads the comment lines at the beginning of a file. */
export function readHeader(text: string): ScriptHeader {
  const end = text.search(/^(?!--)/m);
  const lines = (end < 0 ? text : text.slice(0, end))
    .split('\n')
    .filter((line) => !line.startsWith('-- @include'))
    .map((line) => line.slice(3));
  const field = (name: string): string =>
    lines
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length)
      .trim() ?? '';
  const first = lines[0] ?? '';
  return {
    purpose: /^[A-Z].*\w/.test(first) && !/^(KEYS|ARGV|Returns|Cost)\b/.test(first) ? first : '',
    operands: lines.flatMap(
      (line) => /^((?:KEYS|ARGV)\[\d+(?:\.\.)?\])\??\s+\S/.exec(line)?.[1] ?? [],
    ),
    returns: field('Returns'),
    cost: field('Cost'),
  };
}

/** What a header does not say, or says of an operand that the code does not use. */
export function faultsOfHeader(header: ScriptHeader, code: string): string[] {
  const faults: string[] = [];
  if (header.purpose === '') faults.push('the purpose is missing');
  if (header.returns === '') faults.push('what is returned is missing');
  if (header.cost === '') faults.push('the cost is missing');
  const used = usedOperands(code);
  for (const operand of used) {
    if (!header.operands.includes(operand)) faults.push(`${operand} is used and not documented`);
  }
  for (const operand of header.operands) {
    if (!used.has(operand)) faults.push(`${operand} is documented and not used`);
  }
  return faults;
}

interface Node {
  readonly type: string;
  readonly name?: string;
  readonly value?: number;
  readonly base?: Node;
  readonly index?: Node;
  readonly argument?: Node;
}

/**
 * `KEYS[2]` for an index that is written out. An operand that is counted, walked or unpacked is the
 * rest of the list: `ARGV[8..]`, where 8 follows the last index that is written out.
 */
function usedOperands(code: string): Set<string> {
  const fixed = { KEYS: new Set<number>(), ARGV: new Set<number>() };
  const open = new Set<'KEYS' | 'ARGV'>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const { type, base, index, name, argument } = node as Node;
    if (type === 'IndexExpression' && base !== undefined && isList(base.name)) {
      if (index?.type === 'NumericLiteral') fixed[base.name].add(index.value ?? 0);
      else open.add(base.name);
      return visit(index);
    }
    // The length of one operand is no use of the list.
    if (type === 'UnaryExpression' && argument?.type === 'IndexExpression') return visit(argument);
    if (type === 'Identifier' && isList(name)) {
      open.add(name);
      return;
    }
    Object.values(node).forEach(visit);
  };
  const { body } = parse(code);
  visit(body);
  const used = new Set<string>();
  for (const list of ['KEYS', 'ARGV'] as const) {
    for (const at of fixed[list]) used.add(`${list}[${at}]`);
    if (open.has(list)) used.add(`${list}[${Math.max(0, ...fixed[list]) + 1}..]`);
  }
  return used;
}

function isList(name: string | undefined): name is 'KEYS' | 'ARGV' {
  return name === 'KEYS' || name === 'ARGV';
}
