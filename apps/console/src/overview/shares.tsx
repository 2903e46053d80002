import type { JSX } from 'preact';
import { overviewTexts } from './texts.js';

interface SharesProps {
  readonly title: string;
  readonly hint?: string;
  /** What it says when all counts are 0. */
  readonly none: string;
  readonly parts: readonly (readonly [name: string, count: number])[];
}

/** The parts of a sum, the largest first, each with its number and its share. */
export function Shares({ title, hint, none, parts }: SharesProps): JSX.Element {
  const text = overviewTexts();
  const sum = parts.reduce((total, [, count]) => total + count, 0);
  const sorted = parts.filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
  return (
    <section class="card">
      <div class="head">
        <h2>{title}</h2>
        {hint === undefined ? null : <p class="small muted">{hint}</p>}
      </div>
      {sum === 0 ? (
        <p class="muted small">{none}</p>
      ) : (
        <ul class="shares">
          {sorted.map(([name, count]) => (
            <li key={name}>
              <div class="spread small">
                <span>{name}</span>
                <span class="number muted">{text.share(count, count / sum)}</span>
              </div>
              <span class="bar">
                <span style={{ width: `${String((count / sum) * 100)}%` }} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
