import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { get, type Answer } from '../api/api.js';
import { bytes, printable } from '../i18n/format.js';
import { goTo, linkTo } from '../router.js';
import { Icon } from '../ui/icon.js';
import { KeyText } from '../ui/key-text.js';
import { Empty, Failure, Skeleton } from '../ui/states.js';
import { uiTexts } from '../ui/texts.js';
import { VirtualList } from '../ui/virtual-list.js';
import { keysTexts } from './texts.js';
import { Ttl } from './ttl.js';

type Key = Answer<'/api/v1/cache/keys'>['items'][number] & { readonly at: number };

const PAGE = 100;
const ROW_HEIGHT = 46;

interface KeyListProps {
  readonly pattern: string;
  /** Another one loads the list anew. */
  readonly version: number;
}

/** The keys that match, as far as they were scrolled to. */
export function KeyList({ pattern, version }: KeyListProps): JSX.Element {
  const text = keysTexts();
  const { keys, error, isDone, more, again } = useKeys(pattern, version);
  if (keys === undefined) {
    return error === undefined ? (
      <Skeleton heights={[420]} />
    ) : (
      <div class="card">
        <Failure error={error} retry={again} />
      </div>
    );
  }
  if (keys.length === 0) {
    const isAll = pattern === '*';
    return (
      <div class="card">
        <Empty icon="keys" title={isAll ? text.none : text.noMatch}>
          <p>{isAll ? text.noneHint : text.noMatchHint(printable(pattern))}</p>
          {/[*?[\\]/.test(pattern) ? null : (
            <a class="button" href={linkTo('keys', { pattern, key: pattern })}>
              {text.explain}
            </a>
          )}
        </Empty>
      </div>
    );
  }
  const full = keys.reduce((most, { ttl }) => Math.max(most, ttl ?? 0), 0);
  return (
    <section class="card flush">
      <div class="key-row key-head small muted" aria-hidden="true">
        <span>{text.key}</span>
        <span>{text.ttl}</span>
        <span class="end">{text.size}</span>
      </div>
      <VirtualList
        label={text.title}
        items={keys}
        rowHeight={ROW_HEIGHT}
        keyOf={({ key }) => key}
        row={(key) => <Row item={key} full={full} pattern={pattern} />}
        {...(isDone ? {} : { onEnd: more })}
      />
      <div class="key-foot spread small muted">
        <span role="status">{text.shown(keys.length, !isDone)}</span>
        {error === undefined ? null : (
          <button class="button" type="button" onClick={more}>
            <Icon name="refresh" />
            {uiTexts().retry}
          </button>
        )}
      </div>
    </section>
  );
}

interface RowProps {
  readonly item: Key;
  readonly full: number;
  readonly pattern: string;
}

function Row({ item, full, pattern }: RowProps): JSX.Element {
  const { key, ttl, at } = item;
  const address = linkTo('keys', { pattern: pattern === '*' ? undefined : pattern, key });
  return (
    <button
      type="button"
      class="key-row"
      onClick={() => {
        goTo(address);
      }}
    >
      <KeyText text={key} />
      <Ttl ttl={ttl} at={at} full={full} />
      <span class="end number small">{bytes(item.bytes)}</span>
    </button>
  );
}

interface KeysState {
  readonly keys: readonly Key[] | undefined;
  readonly error: unknown;
  readonly isDone: boolean;
  readonly more: () => void;
  readonly again: () => void;
}

interface Loaded {
  readonly keys: readonly Key[] | undefined;
  readonly cursor: string | null | undefined;
  readonly error: unknown;
}

const NOTHING: Loaded = { keys: undefined, cursor: undefined, error: undefined };

/** Pages of keys, the next one when it is asked for; one request at a time. */
function useKeys(pattern: string, version: number): KeysState {
  const [loaded, setLoaded] = useState(NOTHING);
  const [round, setRound] = useState(0);
  const loading = useRef<AbortController | undefined>(undefined);
  const load = async ({ keys = [], cursor }: Loaded): Promise<void> => {
    if (loading.current !== undefined || cursor === null) return;
    const abort = new AbortController();
    loading.current = abort;
    try {
      const query = { pattern, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
      const page = await get('/api/v1/cache/keys', { query, signal: abort.signal });
      if (abort.signal.aborted) return;
      const at = Date.now();
      setLoaded({
        keys: [...keys, ...page.items.map((item) => ({ ...item, at }))],
        cursor: page.next_cursor,
        error: undefined,
      });
    } catch (error) {
      if (abort.signal.aborted) return;
      setLoaded((last) => ({ ...last, error }));
    }
    loading.current = undefined;
  };
  useEffect(() => {
    setLoaded(NOTHING);
    void load(NOTHING);
    return () => {
      loading.current?.abort();
      loading.current = undefined;
    };
  }, [pattern, version, round]);
  return {
    keys: loaded.keys,
    error: loaded.error,
    isDone: loaded.cursor === null,
    more: () => void load(loaded),
    again: () => setRound(round + 1),
  };
}
