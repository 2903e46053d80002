import type { ComponentChildren, JSX } from 'preact';
import { asApiError } from '../api/api-error.js';
import type { LiveSource } from '../api/use-live.js';
import { Icon, type IconName } from './icon.js';
import { uiTexts } from './texts.js';

/** A place where something will be. */
export function Skeleton({ heights }: { heights: readonly number[] }): JSX.Element {
  return (
    <div class="stack" role="status">
      <span class="hidden">{uiTexts().loading}</span>
      {heights.map((height, at) => (
        <div key={at} class="skeleton" style={{ height: `${String(height)}px` }} />
      ))}
    </div>
  );
}

interface EmptyProps {
  readonly icon?: IconName;
  readonly title: string;
  readonly children?: ComponentChildren;
}

/** Nothing is there, and why that may be. */
export function Empty({ icon = 'empty', title, children }: EmptyProps): JSX.Element {
  return (
    <div class="state">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** What went wrong, in words, with the request's id for the log. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }): JSX.Element {
  const text = uiTexts();
  const { status, code, message, requestId } = asApiError(error);
  return (
    <Empty icon="error" title={text.failed}>
      <p>
        {status === 0 ? text.noAnswer : code === 'CACHE_UNAVAILABLE' ? text.unavailable : message}
      </p>
      {requestId === undefined ? null : <p class="small mono">{text.request(requestId)}</p>}
      {retry === undefined ? null : (
        <button class="button" type="button" onClick={retry}>
          <Icon name="refresh" />
          {text.retry}
        </button>
      )}
    </Empty>
  );
}

interface LiveViewProps<T> {
  readonly source: LiveSource<T>;
  /** Of what stands there until the first answer. */
  readonly heights?: readonly number[];
  /** Whether the data itself says that it is not of now. */
  readonly isOutdated?: (data: T) => boolean;
  readonly children: (data: T) => ComponentChildren;
}

/**
 * What is polled, in each of its states: not there yet, failed, there, and there but dated, because
 * newer requests were not answered. Dated figures stay, greyed.
 */
export function LiveView<T>({
  source,
  heights = [120, 280],
  isOutdated = () => false,
  children,
}: LiveViewProps<T>): JSX.Element {
  const { data, at, error } = source.state.value;
  if (data === undefined || at === undefined) {
    if (error === undefined) return <Skeleton heights={heights} />;
    return <Failure error={error} retry={() => source.refresh()} />;
  }
  const outdated = error !== undefined || isOutdated(data);
  return (
    <div class={outdated ? 'outdated stack' : 'stack'}>
      {error === undefined ? null : (
        <div class="notice warn" role="status">
          <Icon name="warning" />
          <span>{uiTexts().outdated(at)}</span>
        </div>
      )}
      <div class="content stack">{children(data)}</div>
    </div>
  );
}
