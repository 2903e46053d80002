import type { JSX } from 'preact';
import { Fleet } from '../fleet/fleet.js';
import { Hot } from '../hot/hot.js';
import { Invalidations } from '../invalidations/invalidations.js';
import { Keys } from '../keys/keys.js';
import { Overview } from '../overview/overview.js';

export type ScreenName = 'overview' | 'keys' | 'invalidations' | 'hot' | 'fleet';

export interface Screen {
  readonly name: ScreenName;
  /** After `g`. */
  readonly letter: string;
  readonly Component: () => JSX.Element;
}

/** In the order of the menu. */
export const SCREENS: readonly Screen[] = [
  { name: 'overview', letter: 'o', Component: Overview },
  { name: 'keys', letter: 'k', Component: Keys },
  { name: 'invalidations', letter: 'i', Component: Invalidations },
  { name: 'hot', letter: 'h', Component: Hot },
  { name: 'fleet', letter: 'f', Component: Fleet },
];
