import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, asApiError } from '../api/api-error.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icon.js';
import { uiTexts } from '../ui/texts.js';
import { removalTexts } from './texts.js';

/** A change that was asked for: not yet, under way, done with a sentence, or refused. */
type Progress =
  | { readonly step: 'idle' }
  | { readonly step: 'working' }
  | { readonly step: 'done'; readonly sentence: string }
  | { readonly step: 'failed'; readonly sentence: string };

/** Runs a change once at a time and keeps how it went. */
export function useChange(change: () => Promise<string>): [Progress, () => void] {
  const [progress, setProgress] = useState<Progress>({ step: 'idle' });
  const run = async (): Promise<void> => {
    if (progress.step === 'working') return;
    setProgress({ step: 'working' });
    try {
      setProgress({ step: 'done', sentence: await change() });
    } catch (error) {
      setProgress({ step: 'failed', sentence: failureOf(error) });
    }
  };
  return [progress, () => void run()];
}

/** What a failed change means: after a 503, or without any answer, its outcome is not known. */
function failureOf(error: unknown): string {
  const { status, code, message } = asApiError(error);
  const isUnknown = status === 0 || code === 'CACHE_UNAVAILABLE';
  return error instanceof ApiError && !isUnknown ? message : removalTexts().unknownOutcome;
}

interface ChangeDialogProps {
  readonly title: string;
  readonly progress: Progress;
  readonly confirm: string;
  readonly isReady?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Explains a change, confirms it by its own button, and says how it went. */
export function ChangeDialog({
  title,
  progress,
  confirm,
  isReady = true,
  onConfirm,
  onClose,
  children,
}: ChangeDialogProps): JSX.Element {
  const text = removalTexts();
  const isDone = progress.step === 'done';
  return (
    <Dialog title={title} onClose={onClose}>
      {isDone ? null : children}
      <div aria-live="polite">
        {progress.step === 'done' ? (
          <p class="notice good">
            <Icon name="check" />
            {progress.sentence}
          </p>
        ) : null}
        {progress.step === 'failed' ? (
          <p class="notice bad">
            <Icon name="error" />
            {progress.sentence}
          </p>
        ) : null}
      </div>
      <div class="actions">
        <button class="button" type="button" onClick={onClose}>
          {isDone ? text.done : uiTexts().cancel}
        </button>
        {isDone ? null : (
          <button
            class="button danger primary"
            type="button"
            disabled={!isReady || progress.step === 'working'}
            onClick={onConfirm}
          >
            <Icon name="trash" />
            {progress.step === 'working' ? text.working : confirm}
          </button>
        )}
      </div>
    </Dialog>
  );
}
