import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { get, type Answer } from '../api/api.js';
import { useLive } from '../api/use-live.js';
import { Icon } from '../ui/icon.js';
import { ScreenHead } from '../ui/screen-head.js';
import { Empty, LiveView } from '../ui/states.js';
import './fleet.css';
import { Probe } from './probe.js';
import { ProcessCard, type Process } from './process-card.js';
import { fleetTexts } from './texts.js';

type FleetAnswer = Answer<'/api/v1/cache/fleet'>;

const EVERY_MS = 2_000;

/** The processes of the newest answer, or of the last one that knew them all. */
interface Known {
  readonly fleet: FleetAnswer;
  /** The store does not answer. */
  readonly isAlone: boolean;
  /** What is shown is of before. */
  readonly isDated: boolean;
}

/** Every process that uses the cache. */
export function Fleet(): JSX.Element {
  const text = fleetTexts();
  const last = useRef<FleetAnswer | undefined>(undefined);
  const source = useLive(async (signal): Promise<Known> => {
    const fleet = await get('/api/v1/cache/fleet', { signal });
    const isAlone = fleet.store === 'unavailable';
    // One process alone is not the fleet: the last that is known of all stays.
    if (isAlone)
      return { fleet: last.current ?? fleet, isAlone, isDated: last.current !== undefined };
    last.current = fleet;
    return { fleet, isAlone, isDated: false };
  }, EVERY_MS);
  return (
    <>
      <ScreenHead title={text.title} about={text.about} />
      <LiveView source={source} heights={[44, 380]} isOutdated={({ isDated }) => isDated}>
        {({ fleet, isAlone, isDated }) => (
          <>
            {isAlone ? (
              <p class="notice bad" role="status">
                <Icon name="error" />
                {isDated ? text.unavailable : text.aloneUnavailable}
              </p>
            ) : null}
            <Processes items={fleet.items} />
            <Probe />
          </>
        )}
      </LiveView>
    </>
  );
}

function Processes({ items }: { items: readonly Process[] }): JSX.Element {
  const text = fleetTexts();
  if (items.length === 0) {
    return (
      <div class="card">
        <Empty icon="fleet" title={text.none} />
      </div>
    );
  }
  const usual = mostFrequent(items.map(({ options }) => options));
  const versions = new Set(items.map(({ version }) => version));
  const differ = items.some(({ options }) => options !== usual);
  return (
    <>
      <div class="row">
        <span class="badge">{text.processes(items.length)}</span>
        <span class={`badge ${differ ? 'warn' : 'good'}`}>
          {differ ? text.otherOptions : text.sameOptions}
        </span>
        {versions.size > 1 ? <span class="badge warn">{text.otherVersions}</span> : null}
      </div>
      <ul class="processes">
        {items.map((item) => (
          <ProcessCard key={item.id} item={item} differs={item.options !== usual} />
        ))}
      </ul>
    </>
  );
}

function mostFrequent(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}
