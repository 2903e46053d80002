import type { JSX } from 'preact';
import type { Answer } from '../api/api.js';
import { bytes, count, duration, milliseconds, percent } from '../i18n/format.js';
import { linkTo } from '../router.js';
import { hotTexts } from './texts.js';

type Namespace = Answer<'/api/v1/cache/namespaces'>['items'][number];

/** How each group of keys does, and what its figures say should be changed. */
export function Namespaces({ items: all }: { items: readonly Namespace[] }): JSX.Element | null {
  const text = hotTexts();
  // Where only removals were counted, there is nothing to say.
  const items = all.filter((item) => readsOf(item) > 0);
  if (items.length === 0) return null;
  return (
    <section class="card flush">
      <div class="head">
        <h2>{text.namespaces}</h2>
        <p class="small muted">{text.namespacesHint}</p>
      </div>
      <div class="scroll" tabIndex={0} role="group" aria-label={text.namespaces}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{text.namespace}</th>
              <th scope="col" class="end">
                {text.reads}
              </th>
              <th scope="col">{text.ratio}</th>
              <th scope="col" class="end">
                {text.load}
              </th>
              <th scope="col" class="end">
                {text.stored}
              </th>
              <th scope="col" class="end">
                {text.saved}
              </th>
              <th scope="col">{text.advice}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <NamespaceRow key={item.namespace} item={item} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const readsOf = ({ reads }: Namespace): number =>
  Object.values(reads).reduce((sum, n) => sum + n, 0);

function NamespaceRow({ item }: { item: Namespace }): JSX.Element {
  const { namespace, hit_ratio: ratio } = item;
  return (
    <tr>
      <td>
        {/^[(~]/.test(namespace) ? (
          <code>{namespace}</code>
        ) : (
          <a href={linkTo('keys', { pattern: `${namespace}:*` })}>
            <code>{namespace}</code>
          </a>
        )}
      </td>
      <td class="end">{count(readsOf(item))}</td>
      <td>
        <div class="ratio number">
          <span class="bar">
            <span style={{ width: `${String((ratio ?? 0) * 100)}%` }} />
          </span>
          {percent(ratio)}
        </div>
      </td>
      <td class="end nowrap">
        {milliseconds(item.load_ms_p50)} · {milliseconds(item.load_ms_p99)}
      </td>
      <td class="end nowrap">{bytes(item.stored_bytes)}</td>
      <td class="end nowrap">{duration(item.saved_seconds)}</td>
      <td class="advice">
        <Advice item={item} />
      </td>
    </tr>
  );
}

function Advice({ item }: { item: Namespace }): JSX.Element {
  const text = hotTexts();
  const { advices } = text;
  if (item.advice.length === 0) return <span class="muted">{text.noAdvice}</span>;
  return (
    <ul class="stack">
      {item.advice.map(({ code, share, gain }) => (
        <li key={code}>{advices[code](share, gain)}</li>
      ))}
    </ul>
  );
}
