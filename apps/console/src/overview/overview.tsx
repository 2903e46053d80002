import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { get } from '../api/api.js';
import type { components } from '../api/schema.js';
import { useLive, type LiveSource } from '../api/use-live.js';
import { goTo, linkTo, route } from '../router.js';
import { Choices } from '../ui/choices.js';
import { ScreenHead } from '../ui/screen-head.js';
import { Empty, Failure, LiveView, Skeleton } from '../ui/states.js';
import { Figures } from './figures.js';
import './overview.css';
import { Rates, readsIn, type RatesView } from './rates.js';
import { Sentence, type Condition } from './sentence.js';
import { Shares } from './shares.js';
import { overviewTexts } from './texts.js';
import { Trends } from './trends.js';

type OverviewAnswer = components['schemas']['CacheOverviewDto'];
type Range = '15m' | '24h';

const EVERY_MS = 2_000;
const DAY_EVERY_MS = 60_000;
const SLOT_SECONDS = 10;
const DAY_SLOT_SECONDS = 300;

/** The newest answer, and the newest with the figures of all processes. */
interface Known {
  readonly newest: OverviewAnswer;
  readonly figures: OverviewAnswer | undefined;
  readonly figuresAt: number | undefined;
  readonly view: RatesView;
}

/** The first screen: whether the cache is right, and whether it is any good. */
export function Overview(): JSX.Element {
  const text = overviewTexts();
  const range: Range = route.value.parameters.get('range') === '24h' ? '24h' : '15m';
  const source = useOverview();
  const condition = useCondition(source);
  const { data, error } = source.state.value;
  return (
    <>
      <ScreenHead title={text.title} about={text.about}>
        <Choices
          label={text.range}
          value={range}
          options={[
            ['15m', text.ranges['15m']],
            ['24h', text.ranges['24h']],
          ]}
          onChange={(next) => {
            goTo(linkTo('overview', next === '24h' ? { range: next } : {}), { replace: true });
          }}
        />
      </ScreenHead>
      {data === undefined && error === undefined ? (
        <Skeleton heights={[84, 104, 300, 260]} />
      ) : (
        <div class="stack">
          <Sentence condition={condition} />
          {data?.figures === undefined ? (
            error === undefined ? null : (
              <Failure error={error} retry={() => source.refresh()} />
            )
          ) : (
            <div class={isDated(source) ? 'outdated stack' : 'stack'}>
              <div class="content stack">
                <Body figures={data.figures} range={range} view={data.view} />
              </div>
            </div>
          )}
        </div>
      )}
    </>
  );
}

interface BodyProps {
  readonly figures: OverviewAnswer;
  readonly range: Range;
  readonly view: RatesView;
}

function Body({ figures, range, view }: BodyProps): JSX.Element {
  const text = overviewTexts();
  const hour = figures.windows[2];
  if (readsIn(figures.totals.reads) === 0) {
    return (
      <div class="card">
        <Empty icon="overview" title={text.idle}>
          <p>{text.idleHint}</p>
        </Empty>
      </div>
    );
  }
  return (
    <>
      <Figures overview={figures} />
      {range === '15m' ? <Trends view={view} /> : <Day />}
      {hour === undefined ? null : (
        <div class="pair">
          <Shares
            title={text.missCauses}
            hint={text.missHint}
            none={text.noMisses}
            parts={Object.entries(figures.totals.miss_causes).map(([cause, n]) => [
              text.causes[cause as keyof typeof text.causes], // the document has these names
              n,
            ])}
          />
          <Shares
            title={text.removedBy}
            none={text.noRemovals}
            parts={Object.entries(hour.removed_keys).map(([cause, n]) => [
              text.removals[cause as keyof typeof text.removals], // the document has these names
              n,
            ])}
          />
        </div>
      )}
    </>
  );
}

/** The last day in slots of five minutes. */
function Day(): JSX.Element {
  const source = useLive(async (signal) => {
    const rates = new Rates(DAY_SLOT_SECONDS, 288);
    const { items } = await get('/api/v1/cache/history', { query: { step: '5m' }, signal });
    rates.seed(items, Date.now());
    return rates.view();
  }, DAY_EVERY_MS);
  return (
    <LiveView source={source} heights={[300, 260]}>
      {(view) => <Trends view={view} />}
    </LiveView>
  );
}

function useOverview(): LiveSource<Known> {
  const rates = useMemo(() => new Rates(SLOT_SECONDS, 90), []);
  const last = useRef<Known | undefined>(undefined);
  const isSeeded = useRef(false);
  return useLive(async (signal) => {
    const newest = await get('/api/v1/cache/overview', { signal });
    const known = last.current;
    if (newest.store === 'unavailable') {
      // Its figures are those of one process: the last of all processes stay.
      const { figures, figuresAt } = known ?? { figures: undefined, figuresAt: undefined };
      return (last.current = { newest, figures, figuresAt, view: rates.view() });
    }
    if (!isSeeded.current) {
      const from = new Date(Date.parse(newest.at) - 15 * 60_000).toISOString();
      const { items } = await get('/api/v1/cache/history', { query: { from }, signal });
      rates.seed(items, Date.parse(newest.at));
      isSeeded.current = true;
    }
    rates.add(newest);
    const view = rates.view();
    return (last.current = { newest, figures: newest, figuresAt: Date.now(), view });
  }, EVERY_MS);
}

/** Counts for how long the state has been what it is. */
function useCondition(source: LiveSource<Known>): Condition {
  const since = useRef<{ readonly name: string; readonly at: number }>({ name: '', at: 0 });
  const { data, error } = source.state.value;
  const isSilent = error !== undefined;
  const name = `${String(isSilent)} ${data?.newest.store ?? ''} ${String(data?.newest.fresh)}`;
  if (since.current.name !== name) since.current = { name, at: Date.now() };
  return {
    newest: data?.newest,
    figuresAt: data?.figuresAt,
    isSilent,
    seconds: Math.round((Date.now() - since.current.at) / 1_000),
  };
}

function isDated(source: LiveSource<Known>): boolean {
  const { data, error } = source.state.value;
  return error !== undefined || data?.newest.store === 'unavailable';
}
