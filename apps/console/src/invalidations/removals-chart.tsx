import type { JSX } from 'preact';
import { get, type Answer } from '../api/api.js';
import { useLive } from '../api/use-live.js';
import { Chart } from '../charts/chart.js';
import { journalTexts } from '../ui/journal-texts.js';
import { LiveView } from '../ui/states.js';
import { invalidationTexts } from './texts.js';

type Points = Answer<'/api/v1/cache/history'>['items'];

const CAUSES = ['event', 'admin', 'code', 'relay', 'clear'] as const;
const TOKENS = {
  event: '--chart-hit',
  admin: '--chart-miss',
  code: '--chart-local',
  relay: '--chart-stale',
  clear: '--chart-bypass',
} as const;
const SLOT_SECONDS = 10;
const SLOTS = 90;

/** How many keys went, by cause, over a quarter of an hour. */
export function RemovalsChart(): JSX.Element {
  const text = invalidationTexts();
  const source = useLive(async (signal) => {
    const to = Date.now();
    const from = new Date(to - SLOTS * SLOT_SECONDS * 1_000).toISOString();
    const { items } = await get('/api/v1/cache/history', { query: { from }, signal });
    return columns(items, to);
  }, SLOT_SECONDS * 1_000);
  return (
    <LiveView source={source} heights={[260]}>
      {({ times, counts, sum }) => (
        <Chart
          title={text.chart}
          summary={text.chartSummary(sum)}
          times={times}
          isStacked
          height={140}
          format={text.perSecond}
          series={CAUSES.filter((cause) => cause === 'event' || counts[cause].some(Boolean)).map(
            (cause) => ({
              label: journalTexts().causes[cause],
              token: TOKENS[cause],
              values: counts[cause],
            }),
          )}
        />
      )}
    </LiveView>
  );
}

/** Slots that are not in the history had no count. */
function columns(
  items: Points,
  to: number,
): { times: number[]; counts: Record<(typeof CAUSES)[number], number[]>; sum: number } {
  const newest = Math.floor(to / 1_000 / SLOT_SECONDS) * SLOT_SECONDS;
  const times = Array.from({ length: SLOTS }, (_, at) => newest - (SLOTS - 1 - at) * SLOT_SECONDS);
  const bySlot = new Map(items.map((item) => [Date.parse(item.at) / 1_000, item.removed_keys]));
  const counts = Object.fromEntries(
    CAUSES.map((cause) => [
      cause,
      times.map((time) => (bySlot.get(time)?.[cause] ?? 0) / SLOT_SECONDS),
    ]),
  ) as Record<(typeof CAUSES)[number], number[]>; // of exactly these causes
  const sum = items.reduce(
    (total, { removed_keys: removed }) =>
      total + CAUSES.reduce((all, cause) => all + removed[cause], 0),
    0,
  );
  return { times, counts, sum };
}
