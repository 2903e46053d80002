import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { goTo, linkTo, route } from '../router.js';
import { typedInto } from '../ui/form-text.js';
import { Icon } from '../ui/icon.js';
import { ScreenHead } from '../ui/screen-head.js';
import { Clear } from './clear.js';
import { KeyDrawer } from './key-drawer.js';
import { KeyList } from './key-list.js';
import './keys.css';
import { RemovePattern } from './remove-pattern.js';
import { keysTexts } from './texts.js';
import { Tree } from './tree.js';

/** What the cache holds: find it, look at it, remove it. */
export function Keys(): JSX.Element {
  const text = keysTexts();
  const { parameters } = route.value;
  const pattern = parameters.get('pattern') ?? '*';
  const chosen = parameters.get('key');
  const shown = pattern === '*' ? {} : { pattern };
  const [version, setVersion] = useState(0);
  const [open, setOpen] = useState<'remove' | 'clear'>();
  const close = (): void => {
    setOpen(undefined);
  };
  const reload = (): void => {
    setVersion(version + 1);
  };
  return (
    <>
      <ScreenHead title={text.title} about={text.about}>
        <button
          class="button danger"
          type="button"
          onClick={() => {
            setOpen('remove');
          }}
        >
          <Icon name="trash" />
          {text.removeMatching}
        </button>
        <button
          class="button danger"
          type="button"
          onClick={() => {
            setOpen('clear');
          }}
        >
          {text.clear}
        </button>
      </ScreenHead>
      <div class="stack">
        <Search key={pattern} pattern={pattern} onReload={reload} />
        <div class="browse">
          <Tree pattern={pattern} />
          <KeyList pattern={pattern} version={version} />
        </div>
      </div>
      {chosen === null ? null : (
        <KeyDrawer
          key={chosen}
          name={chosen}
          onRemoved={reload}
          onClose={() => {
            goTo(linkTo('keys', shown), { replace: true });
          }}
        />
      )}
      {open === 'remove' ? (
        <RemovePattern
          initial={pattern === '*' ? '' : pattern}
          onRemoved={reload}
          onClose={close}
        />
      ) : null}
      {open === 'clear' ? <Clear onRemoved={reload} onClose={close} /> : null}
    </>
  );
}

function Search({ pattern, onReload }: { pattern: string; onReload: () => void }): JSX.Element {
  const text = keysTexts();
  return (
    <form
      role="search"
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        const typed = typedInto(event.currentTarget, 'pattern');
        const next = typed === '' || typed === '*' ? {} : { pattern: typed };
        if ((next.pattern ?? '*') === pattern) onReload();
        else goTo(linkTo('keys', next));
      }}
    >
      <div class="field">
        <label class="hidden" for="pattern">
          {text.search}
        </label>
        <input
          id="pattern"
          name="pattern"
          class="input mono"
          defaultValue={pattern === '*' ? '' : pattern}
          placeholder="stats:user:*"
          maxLength={512}
          spellcheck={false}
          autocomplete="off"
          aria-describedby="pattern-hint"
          data-search
        />
      </div>
      <button class="button primary" type="submit">
        <Icon name="search" />
        {text.apply}
      </button>
      <button class="button" type="button" onClick={onReload}>
        <Icon name="refresh" />
        {text.refresh}
      </button>
      {pattern === '*' ? null : (
        <a class="button bare" href={linkTo('keys')}>
          {text.reset}
        </a>
      )}
      <p id="pattern-hint" class="small muted">
        {text.searchHint}
      </p>
    </form>
  );
}
