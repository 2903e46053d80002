import type { JSX } from 'preact';
import { post } from '../api/api.js';
import { KeyText } from '../ui/key-text.js';
import { ChangeDialog, useChange } from './removal.js';
import { removalTexts } from './texts.js';

interface RemoveKeyProps {
  readonly name: string;
  readonly onRemoved: () => void;
  readonly onClose: () => void;
}

/** Removes one key. */
export function RemoveKey({ name, onRemoved, onClose }: RemoveKeyProps): JSX.Element {
  const text = removalTexts();
  const [progress, remove] = useChange(async () => {
    const path = { key: name };
    const { deleted } = await post('/api/v1/cache/invalidate/{key}', { path });
    onRemoved();
    return deleted ? text.keyRemoved : text.keyAbsent;
  });
  return (
    <ChangeDialog
      title={text.removeKey}
      progress={progress}
      confirm={text.confirmKey}
      onConfirm={remove}
      onClose={onClose}
    >
      <p>
        <KeyText text={name} />
      </p>
      <p class="muted small">{text.removeKeyWhy}</p>
    </ChangeDialog>
  );
}
