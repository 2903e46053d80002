import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { typedInto } from '../ui/form-text.js';
import { Icon } from '../ui/icon.js';
import { warmingTexts } from './texts.js';

interface StartFormProps {
  readonly names: readonly string[];
  readonly onStart: (body: { warmers: string[]; limit: number; rate: number }) => Promise<void>;
}

/** Which warmers, how many entries and how fast. */
export function StartForm({ names, onStart }: StartFormProps): JSX.Element {
  const text = warmingTexts();
  const [isBusy, setBusy] = useState(false);
  const start = async (form: HTMLFormElement): Promise<void> => {
    setBusy(true);
    await onStart({
      warmers: names.filter((name) => new FormData(form).has(`warmer ${name}`)),
      limit: Number(typedInto(form, 'limit')),
      rate: Number(typedInto(form, 'rate')),
    });
    setBusy(false);
  };
  return (
    <form
      class="card start-warming"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) void start(event.currentTarget);
      }}
    >
      <fieldset>
        <legend class="small">{text.warmers}</legend>
        <div class="row">
          {names.map((name) => (
            <label key={name} class="warmer">
              <input type="checkbox" name={`warmer ${name}`} defaultChecked />
              <code>{name}</code>
            </label>
          ))}
        </div>
      </fieldset>
      <div class="field">
        <label for="warm-limit">{text.limit}</label>
        <input
          id="warm-limit"
          name="limit"
          class="input"
          type="number"
          min={1}
          max={100_000}
          defaultValue="1000"
          required
        />
      </div>
      <div class="field">
        <label for="warm-rate">{text.rate}</label>
        <input
          id="warm-rate"
          name="rate"
          class="input"
          type="number"
          min={1}
          max={1_000}
          defaultValue="50"
          required
        />
      </div>
      <button class="button primary" type="submit" disabled={isBusy}>
        <Icon name="warming" />
        {isBusy ? text.starting : text.start}
      </button>
    </form>
  );
}
