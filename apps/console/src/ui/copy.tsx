import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from './icon.js';
import { uiTexts } from './texts.js';

interface CopyProps {
  /** A function for what is dear to make. */
  readonly text: string | (() => string);
  /** What is copied, for readers of the page. */
  readonly name: string;
}

/** Copies a text and says so. */
export function Copy({ text, name }: CopyProps): JSX.Element {
  const [isDone, setDone] = useState(false);
  const words = uiTexts();
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(typeof text === 'string' ? text : text());
    setDone(true);
    setTimeout(() => {
      setDone(false);
    }, 2_000);
  };
  return (
    <button class="button" type="button" onClick={() => void copy()}>
      <Icon name={isDone ? 'check' : 'copy'} />
      <span aria-live="polite">{isDone ? words.copied : words.copy}</span>
      <span class="hidden">{name}</span>
    </button>
  );
}
