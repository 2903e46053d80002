import type { JSX } from 'preact';
import type { Answer } from '../api/api.js';
import { bytes, count, duration, milliseconds } from '../i18n/format.js';
import { linkTo } from '../router.js';
import { KeyText } from '../ui/key-text.js';
import { Empty } from '../ui/states.js';
import { hotTexts } from './texts.js';

export type By = 'reads' | 'bytes' | 'load_ms';
type HotKey = Answer<'/api/v1/cache/hot'>['items'][number];

const SHOWN: Readonly<Record<By, (value: number) => string>> = {
  reads: count,
  bytes,
  load_ms: milliseconds,
};

/** The heaviest keys by one measure, each with its bar and its error. */
export function HotKeys({ by, items }: { by: By; items: readonly HotKey[] }): JSX.Element {
  const text = hotTexts();
  const most = items.reduce((top, { figure }) => Math.max(top, figure), 0);
  return (
    <section class="card flush">
      <div class="head">
        <h2>{text.bys[by]}</h2>
        <p class="small muted">{text.hint[by]}</p>
      </div>
      {items.length === 0 ? (
        <Empty icon="hot" title={text.none}>
          <p>{text.noneHint}</p>
        </Empty>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label={text.bys[by]}>
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{text.key}</th>
                <th scope="col" class="wide-cell">
                  {text.figure[by]}
                </th>
                <th scope="col" class="end">
                  {text.size}
                </th>
                <th scope="col" class="end">
                  {text.ttl}
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <HotRow key={item.key} item={item} by={by} most={most} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function HotRow({ item, by, most }: { item: HotKey; by: By; most: number }): JSX.Element {
  const text = hotTexts();
  const shown = SHOWN[by];
  const { key, figure, error, alive, ttl } = item;
  return (
    <tr>
      <td class="key-cell">
        <a href={linkTo('keys', { pattern: key, key })}>
          <KeyText text={key} />
        </a>
      </td>
      <td>
        <div class="measure number">
          <span class="bar">
            <span style={{ width: `${String(most > 0 ? (figure / most) * 100 : 0)}%` }} />
          </span>
          <span>
            <b>{shown(figure)}</b>{' '}
            {error === 0 ? null : <span class="muted">{text.error(shown(error))}</span>}
          </span>
        </div>
      </td>
      <td class="end">{bytes(item.bytes)}</td>
      <td class="end">
        {!alive ? (
          <span class="badge">{text.gone}</span>
        ) : ttl === null ? (
          text.forever
        ) : (
          duration(ttl)
        )}
      </td>
    </tr>
  );
}
