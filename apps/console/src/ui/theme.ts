import { computed, effect, signal } from '@preact/signals';
import { keep, kept } from '../kept.js';

export type Theme = 'auto' | 'light' | 'dark';

const dark = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(dark.matches);
dark.addEventListener('change', ({ matches }) => {
  systemIsDark.value = matches;
});

/** What was chosen; `auto` follows the system. */
export const theme = signal<Theme>(initial());

/** Whether the page is dark now: what is drawn with colours is drawn again when it changes. */
export const isDark = computed(() =>
  theme.value === 'auto' ? systemIsDark.value : theme.value === 'dark',
);

export function setTheme(next: Theme): void {
  theme.value = next;
  keep('theme', next);
}

effect(() => {
  const { dataset } = document.documentElement;
  if (theme.value === 'auto') delete dataset['theme'];
  else dataset['theme'] = theme.value;
});

function initial(): Theme {
  const chosen = kept('theme');
  return chosen === 'light' || chosen === 'dark' ? chosen : 'auto';
}
