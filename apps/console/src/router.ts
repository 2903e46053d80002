import { computed, signal } from '@preact/signals';

/** A place in the console: `#/keys?pattern=stats:*`. */
export interface Route {
  readonly screen: string;
  readonly parameters: URLSearchParams;
}

const hash = signal(location.hash);
window.addEventListener('hashchange', () => {
  hash.value = location.hash;
});

/** Where the visitor is. */
export const route = computed((): Route => {
  const [path = '', query = ''] = hash.value.replace(/^#\/?/, '').split('?');
  return { screen: path === '' ? 'overview' : path, parameters: new URLSearchParams(query) };
});

/** The address of a place; parameters without a value are left out. */
export function linkTo(
  screen: string,
  parameters: Readonly<Record<string, string | undefined>> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.set(name, value);
  }
  const path = screen === 'overview' ? '' : screen;
  return query.size === 0 ? `#/${path}` : `#/${path}?${query.toString()}`;
}

/** Goes to a place; `replace` leaves no way back to the place before. */
export function goTo(address: string, { replace = false } = {}): void {
  if (replace) {
    history.replaceState(null, '', address);
    hash.value = location.hash;
  } else {
    location.hash = address;
  }
}
