import type { JSX } from 'preact';
import { exactTime, milliseconds } from '../i18n/format.js';
import { linkTo } from '../router.js';
import { journalTexts, nameOf, whatOf } from '../ui/journal-texts.js';
import { KeyText } from '../ui/key-text.js';
import type { Entry } from './journal.js';
import { invalidationTexts } from './texts.js';

const TONES: Readonly<Record<string, string>> = {
  removal: 'accent',
  refused_fill: 'warn',
  unreadable: 'bad',
  oversized: 'warn',
  load_failure: 'bad',
};

/** One entry of the journal. */
export function EntryRow({ entry }: { entry: Entry }): JSX.Element {
  const text = invalidationTexts();
  const names = journalTexts();
  const { kind, cause, subject, count, what, event, by, request, process } = entry;
  const { confirmed_ms: confirmed } = entry;
  const because = [
    by === null ? undefined : names.by(by),
    request === null ? undefined : names.request(request),
    names.process(process),
  ].filter((part) => part !== undefined);
  return (
    <article class="entry">
      <time class="number muted small" dateTime={entry.at}>
        {exactTime(entry.at)}
      </time>
      <div class="what">
        <div class="row">
          <span class={`badge ${TONES[kind] ?? ''}`}>{nameOf(names.kinds, kind)}</span>
          {cause === null ? null : <span class="badge">{nameOf(names.causes, cause)}</span>}
          {event === null ? null : <code class="small">{event}</code>}
          {what === null ? null : <span class="small muted">{whatOf({ kind, what })}</span>}
        </div>
        <p class="small muted because" title={because.join(' · ')}>
          {because.join(' · ')}
        </p>
      </div>
      <div class="subject">
        {subject === null ? null : (
          <a href={addressOf(kind, subject)} class="small">
            <KeyText text={subject} />
          </a>
        )}
      </div>
      <div class="small number end">
        {count === null ? null : <p>{text.keys(count)}</p>}
        {confirmed === null ? null : <p class="muted">{text.confirmed(milliseconds(confirmed))}</p>}
      </div>
    </article>
  );
}

/** A pattern leads to what it matches, a key to itself, and what is no key to its screen. */
function addressOf(kind: string, subject: string): string {
  if (kind === 'doctor' || kind === 'warming') return linkTo(kind);
  return /[*?[]/.test(subject)
    ? linkTo('keys', { pattern: subject })
    : linkTo('keys', { pattern: subject, key: subject });
}
