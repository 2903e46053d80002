import type { Member } from './fleet.js';
import { between, MissedStrikeError, oneOf, type Fault, type Stage } from './stage.js';

/** Longest wait for the moment at which a process can strike itself. */
const ORDER_MS = 10_000;

export const PROCESS_FAULTS: readonly Fault[] = [
  {
    name: 'process-frozen',
    run: ({ fleet, random }) =>
      fleet.freeze(oneOf(random, fleet.members), between(random, 500, 3_000)),
  },
  {
    name: 'process-killed',
    run: ({ fleet, random }) => fleet.kill(oneOf(random, fleet.members)),
  },
  {
    name: 'crash-before-invalidation',
    ownOnly: true,
    run: async ({ fleet, random }: Stage): Promise<void> => {
      const victim = oneOf(random, fleet.members);
      if (await fleet.order('die before invalidation', [victim], ORDER_MS)) return;
      throw new MissedStrikeError('the process invalidated nothing', ORDER_MS);
    },
  },
  {
    name: 'leader-crash-before-cursor',
    ownOnly: true,
    run: async ({ fleet }: Stage): Promise<void> => {
      if (await fleet.order('die before the cursor', fleet.members, ORDER_MS)) return;
      throw new MissedStrikeError('no relay moved its cursor', ORDER_MS);
    },
  },
  {
    name: 'leader-frozen-before-cursor',
    ownOnly: true,
    run: async ({ fleet, random }: Stage): Promise<void> => {
      const lastsMs = between(random, 1_000, 3_000);
      const order = 'hold before the cursor';
      const freeze = (leader: Member): Promise<void> => fleet.freeze(leader, lastsMs);
      if (await fleet.holdAt(order, fleet.members, ORDER_MS, freeze)) return;
      throw new MissedStrikeError('no relay moved its cursor', ORDER_MS);
    },
  },
];
