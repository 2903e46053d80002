import type { JSX } from 'preact';

const PATHS = {
  overview: 'M4 13h5v7H4zM4 4h5v5H4zM13 4h7v9h-7zM13 17h7v3h-7z',
  keys: 'M15 14a5 5 0 1 0-4.600-3L3.500 18v2.500H7V18h2.500v-2.500L12 13.600A5 5 0 0 0 15 14zM16 8.500h.01',
  invalidations: 'M3 12a9 9 0 1 0 3-6.700M3 4v4h4M12 8v4.500l3 2',
  hot: 'M12 3c1 3-3 5-3 8 0 1 .5 2 1.500 2.500C10 11 13 10 13 8c3 2 5 4.500 5 7.500a6 6 0 0 1-12 0C6 11 10 8 12 3z',
  fleet: 'M4 5h16v6H4zM4 13h16v6H4zM7.500 8h.01M7.500 16h.01M11 8h5M11 16h5',
  doctor: 'M3 12h4l2-6 4 12 2.500-6H21',
  warming: 'M12 3v10a4 4 0 1 1-3 0V5.500A1.500 1.500 0 0 1 12 5M16 6h3M16 10h3',
  audit: 'M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h7',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'm6 6 12 12M18 6 6 18',
  search: 'M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM15.500 15.500 20 20',
  trash: 'M4 7h16M9 7V4h6v3M6.500 7l1 13h9l1-13M10 11v5M14 11v5',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'm5 12.500 4.500 4.500L19 7.500',
  warning: 'M12 4 2.500 20h19zM12 10v4.500M12 17.500h.01',
  error: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.500v5.500M12 16.500h.01',
  empty: 'M4 13h4l1.500 3h5L16 13h4M4 13l3-8h10l3 8v6H4z',
  pause: 'M8 5v14M16 5v14',
  play: 'm7 5 12 7-12 7z',
  refresh: 'M20 12a8 8 0 1 1-2.500-5.800M20 4v4h-4',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20.500a7.500 7.500 0 0 1 15 0',
  leave: 'M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9',
  arrow: 'M5 12h14M13 6l6 6-6 6',
  chevron: 'm9 6 6 6-6 6',
  help: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.500 9.500a2.500 2.500 0 1 1 3.600 2.200c-.7.4-1.100 1-1.100 1.800M12 16.500h.01',
  shield: 'M12 3 5 6v5c0 4.500 3 8 7 10 4-2 7-5.500 7-10V6zM9 12l2.200 2.200L15.500 10',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside words; hidden from readers of the page. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
