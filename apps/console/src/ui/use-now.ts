import { signal, type ReadonlySignal } from '@preact/signals';

const seconds = signal(Date.now());
setInterval(() => {
  if (!document.hidden) seconds.value = Date.now();
}, 1_000);

/** The time, once a second while the page is visible: for what counts down. */
export const now: ReadonlySignal<number> = seconds;
