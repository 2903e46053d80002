import type { JSX } from 'preact';
import { printable } from '../i18n/format.js';

/** A key or pattern, every character visible, whatever it is made of. */
export function KeyText({ text }: { text: string }): JSX.Element {
  return <bdi class="key">{printable(text)}</bdi>;
}
