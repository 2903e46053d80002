import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post, type Answer } from '../api/api.js';
import { asApiError } from '../api/api-error.js';
import { Icon } from '../ui/icon.js';
import { KeyText } from '../ui/key-text.js';
import { numbersReached } from './pattern-warning.js';
import { ChangeDialog, useChange } from './removal.js';
import { removalTexts } from './texts.js';

type Preview = Answer<'/api/v1/cache/invalidate-pattern/{pattern}', 'post'>;

interface RemovePatternProps {
  readonly initial: string;
  readonly onRemoved: () => void;
  readonly onClose: () => void;
}

/** Removes every key that matches, after it has shown how many and which. */
export function RemovePattern({ initial, onRemoved, onClose }: RemovePatternProps): JSX.Element {
  const text = removalTexts();
  const [pattern, setPattern] = useState(initial);
  const { preview, problem, isBusy, look } = usePreview(pattern);
  const previewed = preview?.matched_keys ?? 0;
  const atLeast = preview?.at_least ?? false;
  const [progress, remove] = useChange(async () => {
    const path = { pattern };
    const answer = await post('/api/v1/cache/invalidate-pattern/{pattern}', { path });
    onRemoved();
    return text.removed(answer.deleted_keys ?? 0, previewed);
  });
  const reached = numbersReached(pattern);
  return (
    <ChangeDialog
      title={text.removePattern}
      progress={progress}
      confirm={text.confirmPattern(previewed, atLeast)}
      isReady={preview !== undefined && previewed > 0}
      onConfirm={remove}
      onClose={onClose}
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void look();
        }}
      >
        <div class="field">
          <label for="remove-pattern">{text.pattern}</label>
          <input
            id="remove-pattern"
            class="input mono"
            value={pattern}
            maxLength={512}
            required
            spellcheck={false}
            autocomplete="off"
            onInput={({ currentTarget }) => {
              setPattern(currentTarget.value);
            }}
          />
        </div>
        {reached === undefined ? null : (
          <p class="notice warn">
            <Icon name="warning" />
            {text.endsInNumber(reached)}
          </p>
        )}
        <button class="button" type="submit" disabled={isBusy || pattern === ''}>
          <Icon name="search" />
          {isBusy ? text.previewing : text.preview}
        </button>
      </form>
      <div aria-live="polite">
        {problem === undefined ? null : (
          <p class="notice bad">
            <Icon name="error" />
            {problem}
          </p>
        )}
        {preview === undefined ? null : <Previewed preview={preview} atLeast={atLeast} />}
      </div>
    </ChangeDialog>
  );
}

interface PreviewState {
  readonly preview: Preview | undefined;
  readonly problem: string | undefined;
  readonly isBusy: boolean;
  readonly look: () => Promise<void>;
}

/** What a dry run says, as long as the pattern is the one that it was made with. */
function usePreview(pattern: string): PreviewState {
  const [found, setFound] = useState<{ readonly of: string; readonly preview: Preview }>();
  const [failed, setFailed] = useState<{ readonly of: string; readonly problem: string }>();
  const [isBusy, setBusy] = useState(false);
  const look = async (): Promise<void> => {
    setFound(undefined);
    setFailed(undefined);
    setBusy(true);
    try {
      const options = { path: { pattern }, query: { dry_run: true } };
      const preview = await post('/api/v1/cache/invalidate-pattern/{pattern}', options);
      setFound({ of: pattern, preview });
    } catch (error) {
      setFailed({ of: pattern, problem: asApiError(error).message });
    }
    setBusy(false);
  };
  return {
    preview: found?.of === pattern ? found.preview : undefined,
    problem: failed?.of === pattern ? failed.problem : undefined,
    isBusy,
    look,
  };
}

function Previewed({ preview, atLeast }: { preview: Preview; atLeast: boolean }): JSX.Element {
  const text = removalTexts();
  const matched = preview.matched_keys ?? 0;
  const sample = preview.sample ?? [];
  if (matched === 0) return <p class="notice">{text.nothing}</p>;
  return (
    <div class="stack preview">
      <p>
        <b>{text.matched(matched, atLeast)}</b>
      </p>
      <div>
        <p class="small muted">{text.sample(sample.length)}</p>
        <ul class="small sample" tabIndex={0} aria-label={text.sample(sample.length)}>
          {sample.map((key) => (
            <li key={key}>
              <KeyText text={key} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
