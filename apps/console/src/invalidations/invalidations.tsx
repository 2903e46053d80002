import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useLive } from '../api/use-live.js';
import { route } from '../router.js';
import { Icon } from '../ui/icon.js';
import { ScreenHead } from '../ui/screen-head.js';
import { Empty, LiveView } from '../ui/states.js';
import { VirtualList } from '../ui/virtual-list.js';
import { journalFeed, type Entry, type Filters } from './journal.js';
import { FilterBar } from './filters.js';
import './invalidations.css';
import { RemovalsChart } from './removals-chart.js';
import { EntryRow } from './row.js';
import { invalidationTexts } from './texts.js';

const EVERY_MS = 1_000;
const ROW_HEIGHT = 68;
const NARROW_ROW_HEIGHT = 128;
const narrow = matchMedia('(max-width: 48rem)');

/** Why keys are gone: the journal of all processes, live. */
export function Invalidations(): JSX.Element {
  const text = invalidationTexts();
  const { parameters } = route.value;
  const filters: Filters = {
    pattern: parameters.get('pattern') ?? undefined,
    kind: parameters.get('kind') ?? undefined,
    cause: parameters.get('cause') ?? undefined,
  };
  const [isPaused, setPaused] = useState(false);
  return (
    <>
      <ScreenHead title={text.title} about={text.about}>
        <button
          class="button"
          type="button"
          aria-pressed={isPaused}
          onClick={() => {
            setPaused(!isPaused);
          }}
        >
          <Icon name={isPaused ? 'play' : 'pause'} />
          {isPaused ? text.resume : text.pause}
        </button>
      </ScreenHead>
      <div class="stack">
        <RemovalsChart />
        <FilterBar key={JSON.stringify(filters)} filters={filters} />
        {isPaused ? (
          <p class="notice" role="status">
            {text.paused}
          </p>
        ) : null}
        <Journal key={`journal ${JSON.stringify(filters)}`} filters={filters} isPaused={isPaused} />
      </div>
    </>
  );
}

/** The entries that pass the filters, new ones as they come. */
function Journal({ filters, isPaused }: { filters: Filters; isPaused: boolean }): JSX.Element {
  const text = invalidationTexts();
  const feed = useMemo(() => journalFeed(filters), []);
  const paused = useRef(isPaused);
  paused.current = isPaused;
  const older = useRef(false);
  const source = useLive(async (signal): Promise<readonly Entry[]> => {
    if (older.current) {
      older.current = false;
      return feed.readOlder(signal);
    }
    return paused.current ? feed.entries : feed.readNew(signal);
  }, EVERY_MS);
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  const rowHeight = useRowHeight();
  return (
    <LiveView source={source} heights={[420]}>
      {(entries) =>
        entries.length === 0 ? (
          <div class="card">
            <Empty icon="invalidations" title={isFiltered ? text.noMatch : text.none}>
              {isFiltered ? null : <p>{text.noneHint}</p>}
            </Empty>
          </div>
        ) : (
          <section class="card flush">
            <VirtualList
              label={text.list}
              items={entries}
              rowHeight={rowHeight}
              keyOf={({ id }) => id}
              row={(entry) => <EntryRow entry={entry} />}
              onEnd={() => {
                if (!feed.hasMore) return;
                older.current = true;
                source.refresh();
              }}
            />
            <p class="foot small muted number">{text.shown(entries.length)}</p>
          </section>
        )
      }
    </LiveView>
  );
}

/** Rows have two columns less where the page is narrow. */
function useRowHeight(): number {
  const [isNarrow, setNarrow] = useState(narrow.matches);
  useEffect(() => {
    const look = (): void => {
      setNarrow(narrow.matches);
    };
    narrow.addEventListener('change', look);
    return () => {
      narrow.removeEventListener('change', look);
    };
  }, []);
  return isNarrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT;
}
