import type { JSX } from 'preact';
import { Audit } from '../audit/audit.js';
import { Doctor } from '../doctor/doctor.js';
import { Fleet } from '../fleet/fleet.js';
import { Hot } from '../hot/hot.js';
import { Invalidations } from '../invalidations/invalidations.js';
import { Keys } from '../keys/keys.js';
import { Overview } from '../overview/overview.js';
import { Warming } from '../warming/warming.js';

export type ScreenName =
  'overview' | 'keys' | 'invalidations' | 'hot' | 'fleet' | 'doctor' | 'warming' | 'audit';

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
  { name: 'doctor', letter: 'd', Component: Doctor },
  { name: 'warming', letter: 'w', Component: Warming },
  { name: 'audit', letter: 'a', Component: Audit },
];
