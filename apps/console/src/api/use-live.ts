import { useEffect, useMemo, useRef } from 'preact/hooks';
import { signal, type ReadonlySignal } from '@preact/signals';
import { Poller, type Live } from './poller.js';

export interface LiveSource<T> {
  readonly state: ReadonlySignal<Live<T>>;
  /** Asks at once. */
  refresh(): void;
}

/**
 * What `load` answers, as long as the component is there.
 *
 * @param everyMs pause between an answer and the next request; undefined asks once
 * @param key with another one everything is asked for anew, and what was known is forgotten
 */
export function useLive<T>(
  load: (signal: AbortSignal) => Promise<T>,
  everyMs: number | undefined,
  key = '',
): LiveSource<T> {
  const latest = useRef(load);
  latest.current = load;
  const source = useMemo(() => {
    const state = signal<Live<T>>({ data: undefined, at: undefined, error: undefined });
    const poller = new Poller<T>(
      (abort) => latest.current(abort),
      everyMs,
      (next) => (state.value = next),
    );
    return { state, poller, refresh: () => poller.refresh() };
  }, [key, everyMs]);
  useEffect(() => {
    source.poller.start();
    return () => {
      source.poller.stop();
    };
  }, [source]);
  return source;
}
