import { keep, kept } from '../kept.js';

/** Without a touch for so long the sesion ends. */
const IDLE_MS = 30 * 60_000;
const CHECK_MS = 10_000;
const NAME = 'touched';
const TOUCHES = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

/**
 * Calls back once when none of the tabs was touched for half an hour.
 * @returns a function that ends the watch
 */
export function watchIdle(isIdle: () => void): () => void {
  let written = 0;
  const touch = (): void => {
    if (Date.now() - written < CHECK_MS) return;
    written = Date.now();
    keep(NAME, String(written));
  };
  const check = (): void => {
    if (!isIdleSince(Math.max(written, Number(kept(NAME) ?? 0)))) return;
    stop();
    isIdle();
  };
  const stop = (): void => {
    clearInterval(timer);
    for (const name of TOUCHES) window.removeEventListener(name, touch, true);
  };
  for (const name of TOUCHES)
    window.addEventListener(name, touch, { capture: true, passive: true });
  const timer = setInterval(check, CHECK_MS);
  touch();
  return stop;
}

/** Whether the tabs of an earlier visit were last touched too long ago to go on without a login. */
export function wasIdle(): boolean {
  const last = kept(NAME);
  return last !== undefined && isIdleSince(Number(last));
}

const isIdleSince = (moment: number): boolean => Date.now() - moment >= IDLE_MS;
