import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { get, type Answer } from '../api/api.js';
import { ApiError } from '../api/api-error.js';
import { bytes } from '../i18n/format.js';
import { linkTo } from '../router.js';
import { Copy } from '../ui/copy.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icon.js';
import { KeyText } from '../ui/key-text.js';
import { Empty, Failure, Skeleton } from '../ui/states.js';
import { Explain } from './explain.js';
import { RemoveKey } from './remove-key.js';
import { keysTexts } from './texts.js';
import { ValueTree } from './value-tree.js';

type Detail = Answer<'/api/v1/cache/keys/{key}'>;

interface KeyDrawerProps {
  readonly name: string;
  readonly onRemoved: () => void;
  readonly onClose: () => void;
}

/** One key: what is known of it, its value on demand, and its removal. */
export function KeyDrawer({ name, onRemoved, onClose }: KeyDrawerProps): JSX.Element {
  const text = keysTexts();
  const [isRemoving, setRemoving] = useState(false);
  return (
    <Dialog title={<KeyText text={name} />} kind="drawer" onClose={onClose}>
      <div class="row">
        <Copy text={name} name={text.copyKey} />
        <a class="button" href={linkTo('invalidations', { pattern: name })}>
          <Icon name="invalidations" />
          {text.journal}
        </a>
        <button
          class="button danger"
          type="button"
          onClick={() => {
            setRemoving(true);
          }}
        >
          <Icon name="trash" />
          {text.remove}
        </button>
      </div>
      <Explain name={name} />
      <Value name={name} />
      {isRemoving ? (
        <RemoveKey
          name={name}
          onRemoved={onRemoved}
          onClose={() => {
            setRemoving(false);
          }}
        />
      ) : null}
    </Dialog>
  );
}

type Reading =
  | { readonly step: 'hidden' }
  | { readonly step: 'reading' }
  | { readonly step: 'shown'; readonly detail: Detail }
  | { readonly step: 'failed'; readonly error: unknown };

/** The value, which is read and recorded only when it is asked for. */
function Value({ name }: { name: string }): JSX.Element {
  const text = keysTexts();
  const [reading, setReading] = useState<Reading>({ step: 'hidden' });
  const read = async (): Promise<void> => {
    setReading({ step: 'reading' });
    try {
      const detail = await get('/api/v1/cache/keys/{key}', { path: { key: name } });
      setReading({ step: 'shown', detail });
    } catch (error) {
      setReading({ step: 'failed', error });
    }
  };
  return (
    <section class="stack" aria-labelledby="value-title">
      <div class="spread">
        <h3 id="value-title">{text.value}</h3>
        {reading.step === 'hidden' ? (
          <span class="small muted">{text.valueHint}</span>
        ) : (
          <button
            class="button bare"
            type="button"
            onClick={() => {
              setReading({ step: 'hidden' });
            }}
          >
            {text.hideValue}
          </button>
        )}
      </div>
      {reading.step === 'hidden' ? (
        <button class="button" type="button" onClick={() => void read()}>
          {text.showValue}
        </button>
      ) : null}
      {reading.step === 'reading' ? <Skeleton heights={[160]} /> : null}
      {reading.step === 'shown' ? <Shown detail={reading.detail} /> : null}
      {reading.step === 'failed' ? (
        isGone(reading.error) ? (
          <Empty icon="keys" title={text.gone}>
            <p>{text.goneHint}</p>
          </Empty>
        ) : (
          <Failure error={reading.error} retry={() => void read()} />
        )
      ) : null}
    </section>
  );
}

function Shown({ detail }: { detail: Detail }): JSX.Element {
  const text = keysTexts();
  if (detail.value_withheld) return <p class="notice">{text.withheld}</p>;
  return (
    <div class="stack">
      <div class="row small">
        <span class="badge number">{bytes(detail.bytes)}</span>
        {detail.compressed ? <span class="badge">{text.compressed}</span> : null}
        <Copy text={() => JSON.stringify(detail.value, null, 2)} name={text.copyValue} />
      </div>
      <ValueTree value={detail.value} />
    </div>
  );
}

const isGone = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'CACHE_KEY_NOT_FOUND';
