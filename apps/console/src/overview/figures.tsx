import type { ComponentChildren, JSX } from 'preact';
import type { components } from '../api/schema.js';
import { bytes, count, duration, milliseconds, percent, points, rate } from '../i18n/format.js';
import { isUnknown } from '../i18n/known.js';
import { linkTo } from '../router.js';
import { ratioOf, readsIn } from './rates.js';
import { overviewTexts } from './texts.js';

type Window = components['schemas']['WindowDto'];
type Overview = components['schemas']['CacheOverviewDto'];

/** The figures that say how the cache does. */
export function Figures({ overview }: { overview: Overview }): JSX.Element {
  const text = overviewTexts();
  const { totals } = overview;
  const [minute, five, hour] = overview.windows;
  return (
    <dl class="figures">
      <Figure isMajor name={text.hitRatio} hint={text.fiveMinutes} value={percent(five?.hit_ratio)}>
        <Change now={five} before={hour} />
      </Figure>
      <Figure
        isMajor
        name={text.readsPerSecond}
        hint={text.lastMinute}
        value={rate(minute && readsIn(minute.reads) / minute.seconds)}
      />
      {(
        [
          [text.loads, overview.load_ms],
          [text.storeCalls, overview.store_ms],
        ] as const
      ).map(([name, { p50, p99 }]) => (
        <Figure isMajor key={name} name={name} hint={text.median} value={milliseconds(p50)}>
          <span class="small muted number">{text.tail(milliseconds(p99))}</span>
        </Figure>
      ))}
      <Figure name={text.saved} hint={text.savedHint} value={duration(hour?.saved_seconds)} />
      <Figure name={text.puts} hint={text.inTotal} value={count(totals.puts)}>
        {totals.refused_puts === 0 ? null : (
          <span class="small muted">{text.refused(totals.refused_puts)}</span>
        )}
      </Figure>
      <Figure
        name={text.removed}
        hint={text.lastHour}
        value={count(hour && Object.values(hour.removed_keys).reduce((sum, n) => sum + n, 0))}
      />
      <ServerFigures overview={overview} />
    </dl>
  );
}

/** What the server says of itself, and the doctor of everything. */
function ServerFigures({ overview: { server, findings } }: { overview: Overview }): JSX.Element {
  const text = overviewTexts();
  return (
    <>
      {server === null ? null : (
        <>
          <Figure name={text.keys} hint={text.keysHint} value={count(server.keys)} />
          <Figure
            name={text.memory}
            hint={
              server.memory_limit_bytes === null
                ? text.noLimit
                : text.memoryOf(bytes(server.memory_limit_bytes))
            }
            value={bytes(server.memory_bytes)}
          />
          <Figure name={text.evictions} hint={text.sinceStart} value={count(server.evictions)} />
        </>
      )}
      {findings === null ? null : (
        <Figure
          name={text.findings}
          hint={text.findingsOf(findings.fail, findings.warn)}
          value={count(findings.fail + findings.warn)}
        >
          {findings.fail + findings.warn === 0 ? null : (
            <a class="small" href={linkTo('doctor')}>
              {text.look}
            </a>
          )}
        </Figure>
      )}
    </>
  );
}

interface FigureProps {
  readonly name: string;
  readonly hint: string;
  readonly value: string;
  /** One of those that are looked at first. */
  readonly isMajor?: boolean;
  readonly children?: ComponentChildren;
}

function Figure({ name, hint, value, isMajor = false, children }: FigureProps): JSX.Element {
  return (
    <div class={isMajor ? 'card figure major' : 'card figure'}>
      <dt>
        {name} <span class="muted">{hint}</span>
      </dt>
      <dd>
        <span class="value number">{value}</span>
        {children}
      </dd>
    </div>
  );
}

/** By how many points the hit ratio differs from that of the hour. */
function Change({
  now,
  before,
}: {
  now: Window | undefined;
  before: Window | undefined;
}): JSX.Element | null {
  const [one, other] = [now && ratioOf(now), before && ratioOf(before)];
  if (isUnknown(one) || isUnknown(other)) return null;
  const difference = one - other;
  const tone = Math.abs(difference) < 0.005 ? '' : difference > 0 ? 'good' : 'bad';
  return (
    <span class={`badge ${tone} number`} title={overviewTexts().hour(other)}>
      {points(difference)}
    </span>
  );
}
