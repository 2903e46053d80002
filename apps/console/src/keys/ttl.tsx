import type { JSX } from 'preact';
import { duration } from '../i18n/format.js';
import { now } from '../ui/use-now.js';
import { keysTexts } from './texts.js';

interface TtlProps {
  /** Seconds at `at`; null = until it is removed. */
  readonly ttl: number | null;
  readonly at: number;
  /** What a full bar stands for, in seconds. */
  readonly full: number;
}

/** What is left of a key's life, running down. */
export function Ttl({ ttl, at, full }: TtlProps): JSX.Element {
  const text = keysTexts();
  if (ttl === null) return <span class="ttl muted small">{text.forever}</span>;
  const left = Math.max(0, ttl - (now.value - at) / 1_000);
  const share = full > 0 ? Math.min(1, left / full) : 0;
  return (
    <span class="ttl small number">
      <span class="bar">
        <span style={{ transform: `scaleX(${share.toFixed(3)})` }} />
      </span>
      {left === 0 ? text.expired : duration(left)}
    </span>
  );
}
