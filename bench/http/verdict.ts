import { quantile } from '../measure.js';
import type { Scenario } from './set-ups.js';
import type { Turn } from './table.js';

/** What was measured under one heading. */
export interface Measured {
  readonly title: string;
  readonly scenario: Scenario;
  readonly processes: number;
  readonly connections: number;
  readonly turns: ReadonlyMap<string, readonly Turn[]>;
}

const BARE = 'bare Fastify route';
const INTERCEPTOR = 'Nest, cache-manager';
const API = 'API';
const LOCAL = 'API, CACHE_LOCAL';
const NODE = Number(process.versions.node.split('.', 1)[0]);

/** Most of the bare route's processor time that a hit may take. */
const MOST = { [API]: NODE >= 24 ? 1.6 : 2, [LOCAL]: 1.5 } as const;
/** Connections at which answers a second are compared. */
const CROWDS: readonly number[] = [16, 128];

/** Prints each target that the run allows to judge. Returns whether all of them are kept. */
export function judge(all: readonly Measured[]): boolean {
  const verdicts = all
    .filter(({ processes, connections }) => processes === 1 && CROWDS.includes(connections))
    .flatMap((each) => [...hitVerdicts(each), ...notModifiedVerdicts(each, all)]);
  console.log('\n### Targets\n');
  for (const { text, kept } of verdicts) console.log(`- ${kept ? 'kept' : 'MISSED'}: ${text}`);
  if (verdicts.length === 0) console.log('- none: this run has no pair of rows to judge');
  return verdicts.every(({ kept }) => kept);
}

interface Verdict {
  readonly text: string;
  readonly kept: boolean;
}

function hitVerdicts({ title, scenario, turns }: Measured): Verdict[] {
  if (scenario !== 'hit') return [];
  const costs = ([API, LOCAL] as const).map((name) => {
    const ratio = ratioOf(turns.get(name), turns.get(BARE), ({ cpuUs }) => cpuUs);
    return verdict(`${title}: ${name}, processor time beside the bare route`, ratio, {
      most: MOST[name],
    });
  });
  const rate = ratioOf(turns.get(API), turns.get(INTERCEPTOR), ({ perSecond }) => perSecond);
  return [
    ...costs,
    verdict(`${title}: ${API}, answers a second beside ${INTERCEPTOR}`, rate, { least: 1 }),
  ].flat();
}

function notModifiedVerdicts(given: Measured, all: readonly Measured[]): Verdict[] {
  if (given.scenario !== '304') return [];
  const whole = all.find(({ title }) => title === given.title.replace('304', 'hit'));
  return [API, LOCAL].flatMap((name) => {
    const ratio = ratioOf(given.turns.get(name), whole?.turns.get(name), ({ cpuUs }) => cpuUs);
    return verdict(`${given.title}: ${name}, processor time beside a 200`, ratio, { most: 1 });
  });
}

/** The median of the rounds' own ratios; `undefined` where one of the rows is missing. */
function ratioOf(
  own: readonly Turn[] | undefined,
  other: readonly Turn[] | undefined,
  of: (turn: Turn) => number,
): number | undefined {
  if (own === undefined || other === undefined) return undefined;
  return quantile(
    own.flatMap((turn, round) => {
      const beside = other[round];
      return beside === undefined ? [] : [of(turn) / of(beside)];
    }),
    0.5,
  );
}

function verdict(
  what: string,
  ratio: number | undefined,
  { most = Infinity, least = 0 }: { readonly most?: number; readonly least?: number },
): Verdict[] {
  if (ratio === undefined) return [];
  const bound = most === Infinity ? `≥ ${least.toFixed(1)}` : `≤ ${most.toFixed(1)}`;
  return [
    { text: `${what}: ${ratio.toFixed(2)} ×, ${bound}`, kept: ratio <= most && ratio >= least },
  ];
}
