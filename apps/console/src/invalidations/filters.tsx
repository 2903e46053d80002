import type { JSX } from 'preact';
import { goTo, linkTo } from '../router.js';
import { typedInto } from '../ui/form-text.js';
import { Icon } from '../ui/icon.js';
import type { Filters } from './journal.js';
import { journalTexts } from '../ui/journal-texts.js';
import { invalidationTexts } from './texts.js';

/** What of the journal is shown; the address keeps it. */
export function FilterBar({ filters }: { filters: Filters }): JSX.Element {
  const text = invalidationTexts();
  const names = journalTexts();
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  const apply = (form: HTMLFormElement): void => {
    goTo(
      linkTo('invalidations', {
        pattern: typedInto(form, 'pattern'),
        kind: typedInto(form, 'kind'),
        cause: typedInto(form, 'cause'),
      }),
    );
  };
  return (
    <form
      class="filters"
      onSubmit={(event) => {
        event.preventDefault();
        apply(event.currentTarget);
      }}
      onChange={({ currentTarget, target }) => {
        if (target instanceof HTMLSelectElement) apply(currentTarget);
      }}
    >
      <div class="field">
        <label for="journal-pattern">{text.pattern}</label>
        <input
          id="journal-pattern"
          name="pattern"
          class="input mono"
          defaultValue={filters.pattern ?? ''}
          placeholder="stats:user:*"
          maxLength={512}
          spellcheck={false}
          autocomplete="off"
          data-search
        />
      </div>
      <Select name="kind" label={text.kind} all={text.all} chosen={filters.kind} of={names.kinds} />
      <Select
        name="cause"
        label={text.cause}
        all={text.anyCause}
        chosen={filters.cause}
        of={names.causes}
      />
      <button class="button" type="submit">
        <Icon name="search" />
        {text.apply}
      </button>
      {isFiltered ? (
        <a class="button bare" href={linkTo('invalidations')}>
          {text.clear}
        </a>
      ) : null}
    </form>
  );
}

interface SelectProps {
  readonly name: string;
  readonly label: string;
  readonly all: string;
  readonly chosen: string | undefined;
  readonly of: Readonly<Record<string, string>>;
}

function Select({ name, label, all, chosen, of }: SelectProps): JSX.Element {
  return (
    <div class="field">
      <label for={`journal-${name}`}>{label}</label>
      <select id={`journal-${name}`} name={name} class="input">
        <option value="" selected={chosen === undefined}>
          {all}
        </option>
        {Object.entries(of).map(([value, text]) => (
          <option key={value} value={value} selected={value === chosen}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
