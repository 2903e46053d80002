import type { JSX } from 'preact';
import { get } from '../api/api.js';
import { useLive } from '../api/use-live.js';
import { count, printable } from '../i18n/format.js';
import { linkTo } from '../router.js';
import { LiveView } from '../ui/states.js';
import { keysTexts } from './texts.js';

const EVERY_MS = 5_000;

/** The names below the beginning of a pattern, each with the number of its keys. */
export function Tree({ pattern }: { pattern: string }): JSX.Element {
  const text = keysTexts();
  const prefix = prefixOf(pattern);
  const source = useLive(
    (signal) => get('/api/v1/cache/tree', { query: { prefix, limit: 100 }, signal }),
    EVERY_MS,
    prefix,
  );
  return (
    <nav class="card flush tree" aria-label={text.tree}>
      {prefix === '' ? null : (
        <a class="up small" href={addressOf(parentOf(prefix))}>
          ← {printable(parentOf(prefix)) || text.reset}
        </a>
      )}
      <LiveView source={source} heights={[160]}>
        {({ items, next_cursor: more }) => (
          <ul class="small">
            {items.map(({ name, prefix: below, keys, is_key: isKey, estimate }) => (
              <li key={below}>
                <a href={isKey && keys === 1 ? keyAddress(prefix, below) : addressOf(below)}>
                  <code>{printable(name) || '∅'}</code>
                  <span class="muted number">
                    {estimate ? '≈ ' : ''}
                    {count(keys)}
                  </span>
                </a>
              </li>
            ))}
            {more === null ? null : <li class="muted up small">…</li>}
          </ul>
        )}
      </LiveView>
    </nav>
  );
}

/** What a pattern begins with up to its last colon before a wildcard. */
function prefixOf(pattern: string): string {
  const [literal = ''] = pattern.split(/[*?[\\]/);
  return literal.slice(0, literal.lastIndexOf(':') + 1);
}

function parentOf(prefix: string): string {
  return prefix.slice(0, prefix.slice(0, -1).lastIndexOf(':') + 1);
}

const addressOf = (prefix: string): string =>
  linkTo('keys', prefix === '' ? {} : { pattern: `${escaped(prefix)}*` });

const keyAddress = (prefix: string, key: string): string => {
  const name = key.endsWith(':') ? key.slice(0, -1) : key;
  return linkTo(
    'keys',
    prefix === '' ? { key: name } : { pattern: `${escaped(prefix)}*`, key: name },
  );
};

/** The characters of a prefix that a pattern would take for wildcards. */
const escaped = (prefix: string): string => prefix.replace(/[*?[\]\\]/g, '\\$&');
