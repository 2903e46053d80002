import type { JSX } from 'preact';
import { useEffect, useErrorBoundary, useRef, useState } from 'preact/hooks';
import type { components } from '../api/schema.js';
import { language } from '../i18n/language.js';
import { linkTo, route } from '../router.js';
import { watchIdle } from '../session/idle.js';
import { logOut } from '../session/session.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icon.js';
import markUrl from '../ui/mark.svg';
import { Empty } from '../ui/states.js';
import { Help } from './help.js';
import { Preferences } from './preferences.js';
import { SCREENS, type ScreenName } from './screens.js';
import './shell.css';
import { listenToShortcuts } from './shortcuts.js';
import { shellTexts } from './texts.js';

type Me = components['schemas']['MeDto'];

/** The frame around the screens, for an administrator. */
export function Shell({ me }: { me: Me }): JSX.Element {
  const text = shellTexts();
  const [open, setOpen] = useState<'menu' | 'help'>();
  const { screen: name } = route.value;
  const screen = SCREENS.find((one) => one.name === name);
  const main = useRef<HTMLElement>(null);
  const before = useRef(name);
  useEffect(() => watchIdle(() => void logOut('idle')), []);
  useEffect(() => listenToShortcuts(() => setOpen('help')), []);
  useEffect(() => {
    document.title = `${screen === undefined ? text.unknownScreen : text[screen.name]} · ${text.product}`;
  }, [name, language.value]);
  useEffect(() => {
    setOpen(undefined);
    if (before.current !== name) {
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    before.current = name;
  }, [name]);
  return (
    <div class="shell">
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {text.skip}
      </a>
      <header class="topbar">
        <button class="button bare square" type="button" onClick={() => setOpen('menu')}>
          <Icon name="menu" />
          <span class="hidden">{text.menu}</span>
        </button>
        <img src={markUrl} alt="" width="26" height="26" />
        <b>{text.product}</b>
      </header>
      <aside class="sidebar">
        <Sidebar me={me} onHelp={() => setOpen('help')} />
      </aside>
      <main id="content" ref={main} tabIndex={-1}>
        {screen === undefined ? <Unknown /> : <Guarded key={name} Component={screen.Component} />}
      </main>
      {open === 'menu' ? (
        <Dialog title={text.menu} kind="menu" onClose={() => setOpen(undefined)}>
          <Sidebar me={me} onHelp={() => setOpen('help')} />
        </Dialog>
      ) : null}
      {open === 'help' ? <Help onClose={() => setOpen(undefined)} /> : null}
    </div>
  );
}

function Sidebar({ me, onHelp }: { me: Me; onHelp: () => void }): JSX.Element {
  const text = shellTexts();
  return (
    <>
      <div class="brand">
        <img src={markUrl} alt="" width="32" height="32" />
        <div>
          <p class="small muted">GRUPO_GAD</p>
          <b>{text.product}</b>
        </div>
      </div>
      <nav aria-label={text.navigation}>
        <ul>
          {SCREENS.map(({ name }) => (
            <li key={name}>
              <NavLink name={name} />
            </li>
          ))}
        </ul>
      </nav>
      <div class="foot">
        <Preferences />
        <button class="button bare" type="button" onClick={onHelp}>
          <Icon name="help" />
          {text.help}
        </button>
        <div class="me">
          <Icon name="user" />
          <span class="small" title={me.email}>
            {me.email}
          </span>
          <button
            class="button bare square"
            type="button"
            title={text.logOut}
            onClick={() => void logOut()}
          >
            <Icon name="leave" />
            <span class="hidden">{text.logOut}</span>
          </button>
        </div>
      </div>
    </>
  );
}

function NavLink({ name }: { name: ScreenName }): JSX.Element {
  const isHere = route.value.screen === name;
  return (
    <a href={linkTo(name)} {...(isHere ? { 'aria-current': 'page' as const } : {})}>
      <Icon name={name} />
      {shellTexts()[name]}
    </a>
  );
}

function Unknown(): JSX.Element {
  const text = shellTexts();
  return (
    <Empty icon="search" title={text.unknownScreen}>
      <a class="button" href={linkTo('overview')}>
        {text.toOverview}
      </a>
    </Empty>
  );
}

/** A screen; a defect in it says so instead of leaving an empty page. */
function Guarded({ Component }: { Component: () => JSX.Element }): JSX.Element {
  // Reported for the browser's own console.
  const [error, reset] = useErrorBoundary(reportError) as [unknown, () => void]; // typed `any`
  const text = shellTexts();
  if (error === undefined) return <Component />;
  return (
    <Empty icon="error" title={text.defect}>
      <button class="button" type="button" onClick={reset}>
        <Icon name="refresh" />
        {text.reload}
      </button>
    </Empty>
  );
}
