import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { get, post } from '../api/api.js';
import { useLive } from '../api/use-live.js';
import { LiveView } from '../ui/states.js';
import { ChangeDialog, useChange } from './removal.js';
import { removalTexts } from './texts.js';

interface ClearProps {
  readonly onRemoved: () => void;
  readonly onClose: () => void;
}

/** Removes everything, once the prefix was typed; the API compares it again. */
export function Clear({ onRemoved, onClose }: ClearProps): JSX.Element {
  const text = removalTexts();
  const [typed, setTyped] = useState('');
  const stats = useLive((signal) => get('/api/v1/cache/stats', { signal }), undefined);
  const prefix = stats.state.value.data?.prefix;
  const [progress, clear] = useChange(async () => {
    await post('/api/v1/cache/clear', { body: { confirm: typed } });
    onRemoved();
    return text.cleared;
  });
  return (
    <ChangeDialog
      title={text.clearTitle}
      progress={progress}
      confirm={text.clearConfirm}
      isReady={prefix !== undefined && typed === prefix}
      onConfirm={clear}
      onClose={onClose}
    >
      <LiveView source={stats} heights={[90]}>
        {(known) => (
          <>
            <p>{text.clearWhy(known.prefix)}</p>
            <div class="field">
              <label for="clear-prefix">{text.clearType(known.prefix)}</label>
              <input
                id="clear-prefix"
                class="input mono"
                value={typed}
                maxLength={64}
                spellcheck={false}
                autocomplete="off"
                onInput={({ currentTarget }) => {
                  setTyped(currentTarget.value);
                }}
              />
            </div>
          </>
        )}
      </LiveView>
    </ChangeDialog>
  );
}
