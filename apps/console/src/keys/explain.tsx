import type { JSX } from 'preact';
import { get, type Answer } from '../api/api.js';
import { useLive } from '../api/use-live.js';
import { exactTime, printable } from '../i18n/format.js';
import { journalTexts, nameOf, whatOf } from '../ui/journal-texts.js';
import { KeyText } from '../ui/key-text.js';
import { LiveView } from '../ui/states.js';
import { explainTexts } from './explain-texts.js';
import { ValueTree } from './value-tree.js';

type Explained = Answer<'/api/v1/cache/explain/{key}'>;
type Why = NonNullable<Explained['why']>;

const EVERY_MS = 5_000;

/** Whether a key is there, and if not why: by which event, by whom, in which request. */
export function Explain({ name }: { name: string }): JSX.Element {
  const source = useLive(
    (signal) => get('/api/v1/cache/explain/{key}', { path: { key: name }, signal }),
    EVERY_MS,
    name,
  );
  return (
    <section aria-labelledby="why-title">
      <h3 id="why-title" class="hidden">
        {explainTexts().title}
      </h3>
      <LiveView source={source} heights={[150]}>
        {(explained) => <Story explained={explained} />}
      </LiveView>
    </section>
  );
}

function Story({ explained }: { explained: Explained }): JSX.Element {
  const text = explainTexts();
  const { state, why, view, journal } = explained;
  const isThere = state === 'present' || state === 'leased';
  return (
    <>
      <div class={`story ${isThere ? 'good' : state === null ? 'bad' : 'warn'}`}>
        <p class="lead">
          {state === null ? text.unavailable : text.states[state]}
          {why === null ? null : (
            <span class={`badge ${why.certainty === 'proved' ? 'good' : ''}`}>
              {text.certainties[why.certainty]}
            </span>
          )}
        </p>
        {why === null ? null : <WhyText why={why} />}
        <p>{factsOf(explained).join(' ')}</p>
      </div>
      {view === null ? null : (
        <dl class="facts small">
          <dt>{text.view}</dt>
          <dd>
            {text.views[view.name]} <KeyText text={view.pattern} />
          </dd>
          <dt>{text.invalidatedBy}</dt>
          <dd>
            {view.events.map((event) => (
              <code key={event}>{event} </code>
            ))}
          </dd>
        </dl>
      )}
      <h3>{text.history}</h3>
      {journal.length === 0 ? <p class="small muted">{text.noHistory}</p> : null}
      <ol class="history small">
        {journal.map((entry) => (
          <Happening key={entry.id} entry={entry} />
        ))}
      </ol>
      <details class="small">
        <summary>{text.raw}</summary>
        <ValueTree value={explained} />
      </details>
    </>
  );
}

/** One entry of the timeline. */
function Happening({ entry }: { entry: Explained['journal'][number] }): JSX.Element {
  const names = journalTexts();
  const { at, kind, cause, event, what, subject, by, request } = entry;
  const because = [
    by === null ? undefined : names.by(by),
    request === null ? undefined : names.request(request),
  ].filter((part) => part !== undefined);
  return (
    <li>
      <time class="number muted" dateTime={at}>
        {exactTime(at)}
      </time>
      <div>
        <p class="row">
          <b>{nameOf(names.kinds, kind)}</b>
          {cause === null ? null : <span class="badge">{nameOf(names.causes, cause)}</span>}
          {event === null ? null : <code>{printable(event)}</code>}
          {what === null ? null : <span class="muted">{printable(whatOf({ kind, what }))}</span>}
          {subject === null ? null : <KeyText text={subject} />}
        </p>
        {because.length === 0 ? null : <p class="muted because">{because.join(' · ')}</p>}
      </div>
    </li>
  );
}

/** The cause in a sentence or two. */
function WhyText({ why }: { why: Why }): JSX.Element {
  const text = explainTexts();
  const { event } = why;
  const who = event?.usuario_email ?? (event?.usuario_id ?? null)?.toString();
  const request = event?.request_id ?? why.request_id;
  const pattern = event?.pattern ?? why.pattern;
  const parts = [
    event === null ? undefined : text.event(event.name),
    event !== null && who !== undefined ? text.by(who) : undefined,
    event === null && why.by !== null ? text.byAdmin(why.by) : undefined,
    request === null ? undefined : text.request(request),
    pattern === null ? undefined : text.pattern(printable(pattern)),
  ].filter((part) => part !== undefined);
  const at = why.at ?? event?.at;
  return (
    <>
      <p>
        {text.causes[why.cause]} {at === undefined ? null : text.at(at)}
      </p>
      {parts.length === 0 ? null : <p>{parts.join(' ')}</p>}
    </>
  );
}

/** What is known of the entry, the load under way and this process. */
function factsOf({ entry, lease, here }: Explained): string[] {
  const text = explainTexts();
  const facts: string[] = [];
  if (entry !== null) {
    if (entry.stored_at !== null) facts.push(text.stored(entry.stored_at));
    facts.push(entry.ttl_ms === null ? text.forever : text.expires(entry.ttl_ms));
    if (entry.stale_ms > 0) facts.push(text.staleFor(entry.stale_ms));
    if (entry.bytes !== null) facts.push(`${text.size(entry.bytes, entry.codec)}.`);
  }
  if (lease !== null) facts.push(text.lease(lease.since, lease.ttl_ms));
  if (here.served) facts.push(text.served);
  else if (here.reason !== null) facts.push(text.notServed[here.reason]);
  if (here.local_copy) facts.push(text.copy);
  return facts;
}
