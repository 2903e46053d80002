import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { get } from '../api/api.js';
import { useLive } from '../api/use-live.js';
import { count, printable } from '../i18n/format.js';
import { linkTo } from '../router.js';
import { LiveView } from '../ui/states.js';
import { keysTexts } from './texts.js';

const EVERY_MS = 5_000;

const PAGE = 100;

/** The names below the beginning of a pattern, each with the number of its keys. */
export function Tree({ pattern }: { pattern: string }): JSX.Element {
  const text = keysTexts();
  const prefix = prefixOf(pattern);
  return (
    <nav class="card flush tree" aria-label={text.tree}>
      {prefix === '' ? null : (
        <a class="up small" href={addressOf(parentOf(prefix))}>
          ← {printable(parentOf(prefix)) || text.reset}
        </a>
      )}
      <Level key={prefix} prefix={prefix} />
    </nav>
  );
}

/** One page of the names below a prefix. */
function Level({ prefix }: { prefix: string }): JSX.Element {
  const after = useRef<string | undefined>(undefined);
  const source = useLive(async (signal) => {
    const begin = after.current;
    const query = { prefix, limit: PAGE, ...(begin === undefined ? {} : { after: begin }) };
    return {
      ...(await get('/api/v1/cache/tree', { query, signal })),
      isFirst: begin === undefined,
    };
  }, EVERY_MS);
  const turnTo = (page: string | undefined): void => {
    after.current = page;
    source.refresh();
  };
  return (
    <LiveView source={source} heights={[160]}>
      {({ items, next_cursor: more, isFirst }) => (
        <>
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
          </ul>
          {isFirst && more === null ? null : (
            <Pages isFirst={isFirst} more={more} onTurn={turnTo} />
          )}
        </>
      )}
    </LiveView>
  );
}

interface PagesProps {
  readonly isFirst: boolean;
  /** Where the next page begins. */
  readonly more: string | null;
  readonly onTurn: (page: string | undefined) => void;
}

function Pages({ isFirst, more, onTurn }: PagesProps): JSX.Element {
  const text = keysTexts();
  return (
    <div class="turn spread small">
      <button class="button" type="button" disabled={isFirst} onClick={() => onTurn(undefined)}>
        {text.firstNames}
      </button>
      <button
        class="button"
        type="button"
        disabled={more === null}
        onClick={() => onTurn(more ?? undefined)}
      >
        {text.nextNames}
      </button>
    </div>
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
