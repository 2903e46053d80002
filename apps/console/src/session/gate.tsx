import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { asApiError } from '../api/api-error.js';
import { language, setLanguage } from '../i18n/language.js';
import { Choices } from '../ui/choices.js';
import { typedInto } from '../ui/form-text.js';
import { Icon } from '../ui/icon.js';
import markUrl from '../ui/mark.svg';
import { uiTexts } from '../ui/texts.js';
import './gate.css';
import { logIn, logOut, resume, type Ending, type Session } from './session.js';
import { sessionTexts } from './texts.js';

/** What stands there while the console may show nothing. */
export function Gate({ session }: { session: Exclude<Session, { status: 'in' }> }): JSX.Element {
  switch (session.status) {
    case 'starting':
      return <div class="gate" role="status" aria-label={uiTexts().loading} />;
    case 'out':
      return <Login ending={session.ending} />;
    case 'forbidden':
      return <Forbidden email={session.me.email} rol={session.me.rol} />;
    case 'unreachable':
      return <Unreachable />;
  }
}

function Panel({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <main class="gate">
      <div class="card panel">{children}</div>
      <Choices
        label="Idioma / Language"
        value={language.value}
        options={[
          ['es', 'Español'],
          ['en', 'English'],
        ]}
        onChange={setLanguage}
      />
    </main>
  );
}

function Brand(): JSX.Element {
  return (
    <div class="brand">
      <img src={markUrl} alt="" width="36" height="36" />
      <div>
        <p class="small muted">GRUPO_GAD</p>
        <h1>{sessionTexts().product}</h1>
      </div>
    </div>
  );
}

function Login({ ending }: { ending: Ending }): JSX.Element {
  const text = sessionTexts();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const submit = async (form: HTMLFormElement): Promise<void> => {
    const { password } = form.elements as unknown as { readonly password: HTMLInputElement }; // below
    setBusy(true);
    setError(undefined);
    try {
      await logIn(typedInto(form, 'email'), password.value);
    } catch (failure) {
      const { status, message } = asApiError(failure);
      setError(status === 0 ? uiTexts().noAnswer : message);
      setBusy(false);
    }
  };
  return (
    <Panel>
      <Brand />
      <p class="muted">{text.welcome}</p>
      {ending === 'none' || error !== undefined ? null : (
        <p class="notice" role="status">
          {text.ending[ending]}
        </p>
      )}
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) void submit(event.currentTarget);
        }}
      >
        <div class="field">
          <label for="email">{text.email}</label>
          <input
            id="email"
            name="email"
            type="email"
            class="input"
            autocomplete="username"
            required
            autofocus
          />
        </div>
        <div class="field">
          <label for="password">{text.password}</label>
          <input
            id="password"
            name="password"
            type="password"
            class="input"
            autocomplete="current-password"
            required
          />
        </div>
        <p role="alert" class={error === undefined ? 'hidden' : 'notice bad'}>
          {error === undefined ? null : <Icon name="error" />}
          {error}
        </p>
        <button class="button primary wide" type="submit" disabled={isBusy}>
          {isBusy ? text.loggingIn : text.logIn}
        </button>
      </form>
      <p class="small muted">{text.adminsOnly}</p>
    </Panel>
  );
}

function Forbidden({ email, rol }: { email: string; rol: string }): JSX.Element {
  const text = sessionTexts();
  return (
    <Panel>
      <Brand />
      <div class="notice warn" role="alert">
        <Icon name="shield" />
        <div>
          <b>{text.forbidden}</b>
          <p>{text.forbiddenWhy(email, rol)}</p>
        </div>
      </div>
      <button class="button wide" type="button" onClick={() => void logOut()}>
        <Icon name="leave" />
        {text.otherAccount}
      </button>
    </Panel>
  );
}

function Unreachable(): JSX.Element {
  const text = sessionTexts();
  return (
    <Panel>
      <Brand />
      <div class="notice bad" role="alert">
        <Icon name="error" />
        <div>
          <b>{text.unreachable}</b>
          <p>{text.unreachableWhy}</p>
        </div>
      </div>
      <button class="button wide" type="button" onClick={() => void resume()}>
        <Icon name="refresh" />
        {uiTexts().retry}
      </button>
    </Panel>
  );
}
