import { signal } from '@preact/signals';
import { keep, kept } from '../kept.js';
import { goTo, linkTo, route } from '../router.js';
import { SCREENS } from './screens.js';

/** A letter follows `g` within this time. */
const CHORD_MS = 1_500;

/** Whether keys without Ctrl do something. Speech input types letters, so it can be switched off. */
export const shortcutsOn = signal(kept('shortcuts') !== 'off');

export function setShortcuts(on: boolean): void {
  shortcutsOn.value = on;
  keep('shortcuts', on ? 'on' : 'off');
}

/**
 * `/` goes to the search, `g` and a letter to a screen, `?` calls back for the help.
 * @returns a function that ends it
 */
export function listenToShortcuts(help: () => void): () => void {
  let goSince = -Infinity;
  const onKey = (event: KeyboardEvent): void => {
    if (!shortcutsOn.value || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
    const chosen =
      event.timeStamp - goSince < CHORD_MS
        ? SCREENS.find(({ letter }) => letter === event.key)
        : undefined;
    goSince = event.key === 'g' ? event.timeStamp : -Infinity;
    if (chosen !== undefined) goTo(linkTo(chosen.name));
    else if (event.key === '?') help();
    else if (event.key === '/') search();
    else return;
    event.preventDefault();
  };
  window.addEventListener('keydown', onKey);
  return () => {
    window.removeEventListener('keydown', onKey);
  };
}

function search(): void {
  if (route.value.screen !== 'keys') goTo(linkTo('keys'));
  if (!focusSearch()) requestAnimationFrame(focusSearch); // as soon as its screen is there
}

function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>('[data-search]');
  field?.focus();
  return field !== null;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, select, textarea');
}
