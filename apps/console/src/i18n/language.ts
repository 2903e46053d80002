import { effect, signal } from '@preact/signals';
import { keep, kept } from '../kept.js';

export type Language = 'es' | 'en';

/** The language of every text, number and time. Default: the browser's, and Spanish for others. */
export const language = signal<Language>(initial());

effect(() => {
  document.documentElement.lang = language.value;
});

/** Changes the language here and for the next visit. */
export function setLanguage(next: Language): void {
  language.value = next;
  keep('language', next);
}

function initial(): Language {
  const chosen = kept('language');
  if (chosen === 'es' || chosen === 'en') return chosen;
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'es';
}
