import type { JSX } from 'preact';
import { language, setLanguage } from '../i18n/language.js';
import { Choices } from '../ui/choices.js';
import { setTheme, theme } from '../ui/theme.js';
import { shellTexts } from './texts.js';

/** Language and theme. */
export function Preferences(): JSX.Element {
  const text = shellTexts();
  return (
    <div class="preferences">
      <Choices
        label={text.language}
        value={language.value}
        options={[
          ['es', 'Español'],
          ['en', 'English'],
        ]}
        onChange={setLanguage}
      />
      <Choices
        label={text.theme}
        value={theme.value}
        options={[
          ['auto', text.themes.auto],
          ['light', text.themes.light],
          ['dark', text.themes.dark],
        ]}
        onChange={setTheme}
      />
    </div>
  );
}
