import type { JSX } from 'preact';
import { Dialog } from '../ui/dialog.js';
import { SCREENS } from './screens.js';
import { setShortcuts, shortcutsOn } from './shortcuts.js';
import { shellTexts } from './texts.js';

/** Which key does what. */
export function Help({ onClose }: { onClose: () => void }): JSX.Element {
  const text = shellTexts();
  const keys = text.shortcuts;
  return (
    <Dialog title={text.help} onClose={onClose}>
      <dl class="shortcuts">
        <Shortcut keys="/" what={keys.search} />
        <Shortcut keys="?" what={keys.help} />
        <Shortcut keys="Esc" what={keys.close} />
      </dl>
      <p class="small muted">{keys.go}</p>
      <dl class="shortcuts">
        {SCREENS.map(({ name, letter }) => (
          <Shortcut key={name} keys={`g ${letter}`} what={text[name]} />
        ))}
      </dl>
      <label class="row small">
        <input
          type="checkbox"
          checked={shortcutsOn.value}
          onChange={({ currentTarget }) => {
            setShortcuts(currentTarget.checked);
          }}
        />
        {keys.enabled}
      </label>
    </Dialog>
  );
}

function Shortcut({ keys, what }: { keys: string; what: string }): JSX.Element {
  return (
    <div>
      <dt>
        {keys.split(' ').map((key) => (
          <kbd key={key} class="kbd">
            {key}
          </kbd>
        ))}
      </dt>
      <dd>{what}</dd>
    </div>
  );
}
