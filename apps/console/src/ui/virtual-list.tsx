import type { JSX, Ref } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface VirtualListProps<T> {
  readonly label: string;
  readonly items: readonly T[];
  /** Pixels; every row has the same. */
  readonly rowHeight: number;
  readonly keyOf: (item: T) => string;
  readonly row: (item: T) => JSX.Element;
  /** Is called when the end comes near. */
  readonly onEnd?: () => void;
}

/** Rows beyond the visible ones, so that scrolling finds them drawn. */
const OVERSCAN = 8;

/** A list of any length of which only the visible rows are in the document. */
export function VirtualList<T>({
  label,
  items,
  rowHeight,
  keyOf,
  row,
  onEnd,
}: VirtualListProps<T>): JSX.Element {
  const [place, visible] = useVisible(rowHeight);
  const first = Math.max(0, visible.first - OVERSCAN);
  const end = Math.min(items.length, visible.first + visible.count + OVERSCAN);
  const isNearEnd = end >= items.length - OVERSCAN;
  useEffect(() => {
    if (isNearEnd) onEnd?.();
  }, [isNearEnd, items.length]);
  return (
    <div ref={place} class="virtual" tabIndex={0} role="group" aria-label={label}>
      <ul style={{ height: `${String(items.length * rowHeight)}px` }}>
        {items.slice(first, end).map((item, at) => (
          <li
            key={keyOf(item)}
            aria-setsize={items.length}
            aria-posinset={first + at + 1}
            style={{
              top: `${String((first + at) * rowHeight)}px`,
              height: `${String(rowHeight)}px`,
            }}
          >
            {row(item)}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface Visible {
  readonly first: number;
  readonly count: number;
}

/** Which rows of a scrolled element can be seen. */
function useVisible(rowHeight: number): [Ref<HTMLDivElement>, Visible] {
  const place = useRef<HTMLDivElement>(null);
  const [visible, setVisible] = useState<Visible>({ first: 0, count: 20 });
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const look = (): void => {
      const next = {
        first: Math.floor(element.scrollTop / rowHeight),
        count: Math.ceil(element.clientHeight / rowHeight),
      };
      setVisible((last) => (last.first === next.first && last.count === next.count ? last : next));
    };
    look();
    element.addEventListener('scroll', look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      observer.disconnect();
    };
  }, [rowHeight]);
  return [place, visible];
}
