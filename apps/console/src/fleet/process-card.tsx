import type { ComponentChildren, JSX } from 'preact';
import type { Answer } from '../api/api.js';
import { bytes, count, duration, milliseconds, percent } from '../i18n/format.js';
import { whatOf } from '../ui/journal-texts.js';
import { fleetTexts } from './texts.js';

export type Process = Answer<'/api/v1/cache/fleet'>['items'][number];

/** An event loop that holds up a report for longer is late. */
const LATE_MS = 100;

/** One process, and what of it is not as it should be. */
export function ProcessCard({ item, differs }: { item: Process; differs: boolean }): JSX.Element {
  const text = fleetTexts();
  const { figures, copies } = item;
  const reads = Object.values(figures.reads).reduce((sum, n) => sum + n, 0);
  return (
    <li class="card process">
      <div class="head">
        <h2>
          {item.host} <span class="muted number">{item.pid}</span>
        </h2>
        <div class="row">
          {item.self ? <span class="badge">{text.self}</span> : null}
          {item.relay === 'leading' ? <span class="badge accent">{text.leads}</span> : null}
          {differs ? <span class="badge warn">{text.differs}</span> : null}
        </div>
      </div>
      <dl>
        <Fact name={text.proof}>
          <Proof item={item} />
        </Fact>
        <Fact name={text.circuit}>
          <span class={`badge ${item.circuit === 'closed' ? 'good' : 'bad'}`}>
            {text.circuits[item.circuit]}
          </span>
        </Fact>
        <Fact name={text.relay}>{relayOf(item)}</Fact>
        <Fact name={text.lag}>{milliseconds(item.event_lag_ms)}</Fact>
        <Fact name={text.pending}>
          <span class={item.pending_removals > 0 ? 'badge warn' : ''}>
            {count(item.pending_removals)}
          </span>
        </Fact>
        <Fact name={text.loop}>
          <span class={item.loop_late_ms > LATE_MS ? 'badge warn' : ''}>
            {milliseconds(item.loop_late_ms)}
          </span>
        </Fact>
        <Fact name={text.reads}>{count(reads)}</Fact>
        <Fact name={text.ratio}>{percent(figures.hit_ratio)}</Fact>
        <Fact name={text.copies}>
          {copies === null ? text.noCopies : text.copiesOf(copies.entries, bytes(copies.bytes))}
        </Fact>
        <Fact name={text.memory}>{bytes(item.rss_bytes)}</Fact>
        <Fact name={text.uptime}>{duration(item.uptime_seconds)}</Fact>
        <Fact name={text.version}>
          <code>{item.version}</code>
        </Fact>
        <Fact name={text.options}>
          <code class={differs ? 'badge warn' : ''}>{item.options}</code>
        </Fact>
        {item.dropped_reports === 0 ? null : (
          <Fact name={text.dropped}>{count(item.dropped_reports)}</Fact>
        )}
      </dl>
    </li>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt class="muted">{name}</dt>
      <dd class="number">{children}</dd>
    </div>
  );
}

function Proof({ item }: { item: Process }): JSX.Element {
  const text = fleetTexts();
  if (item.fresh === null) return <span class="muted">{text.noLog}</span>;
  if (!item.fresh) return <span class="badge bad">{text.unproved}</span>;
  return (
    <span class="badge good">
      {item.proof_age_ms === null ? '✓' : text.proved(milliseconds(item.proof_age_ms))}
    </span>
  );
}

function relayOf({ relay }: Process): string {
  return relay === null ? fleetTexts().noLog : whatOf({ kind: 'relay', what: relay });
}
