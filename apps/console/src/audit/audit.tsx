import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { get, type Answer } from '../api/api.js';
import { Feed } from '../api/feed.js';
import { useLive } from '../api/use-live.js';
import { exactTime } from '../i18n/format.js';
import { goTo, linkTo, route } from '../router.js';
import { typedInto } from '../ui/form-text.js';
import { Icon } from '../ui/icon.js';
import { KeyText } from '../ui/key-text.js';
import { saveFile } from '../ui/save-file.js';
import { ScreenHead } from '../ui/screen-head.js';
import { Empty, LiveView } from '../ui/states.js';
import { uiTexts } from '../ui/texts.js';
import './audit.css';
import { csvOf } from './csv.js';
import { auditTexts } from './texts.js';

type Entry = Answer<'/api/v1/cache/audit'>['items'][number];
type Action = Entry['action'];

const EVERY_MS = 5_000;
const PAGE = 50;

/** Who did what to the cache. */
export function Audit(): JSX.Element {
  const text = auditTexts();
  const { parameters } = route.value;
  const usuario = parameters.get('usuario_id') ?? '';
  const chosen = parameters.get('action') ?? '';
  const action = chosen in text.actions ? (chosen as Action) : undefined; // just looked up
  return (
    <>
      <ScreenHead title={text.title} about={text.about} />
      <div class="stack">
        <Filters key={`${usuario} ${chosen}`} usuario={usuario} action={action} />
        <Entries key={`list ${usuario} ${chosen}`} usuario={usuario} action={action} />
      </div>
    </>
  );
}

interface Chosen {
  readonly usuario: string;
  readonly action: Action | undefined;
}

function Filters({ usuario, action }: Chosen): JSX.Element {
  const text = auditTexts();
  return (
    <form
      class="row audit-filters"
      onSubmit={(event) => {
        event.preventDefault();
        const typed = (name: string): string => typedInto(event.currentTarget, name);
        goTo(linkTo('audit', { usuario_id: typed('usuario_id'), action: typed('action') }));
      }}
    >
      <div class="field">
        <label for="audit-usuario">{text.usuario}</label>
        <input
          id="audit-usuario"
          name="usuario_id"
          class="input"
          inputMode="numeric"
          pattern="[1-9][0-9]{0,8}"
          defaultValue={usuario}
        />
      </div>
      <div class="field">
        <label for="audit-action">{text.action}</label>
        <select id="audit-action" name="action" class="input">
          <option value="">{text.all}</option>
          {Object.entries(text.actions).map(([name, words]) => (
            <option key={name} value={name} selected={name === action}>
              {words}
            </option>
          ))}
        </select>
      </div>
      <button class="button" type="submit">
        <Icon name="search" />
        {text.apply}
      </button>
      {usuario === '' && action === undefined ? null : (
        <a class="button bare" href={linkTo('audit')}>
          {text.clear}
        </a>
      )}
    </form>
  );
}

/** The entries that pass the filters; the newest page is read again, for what was under way. */
const auditFeed = ({ usuario, action }: Chosen): Feed<Entry> =>
  new Feed((after, signal) => {
    const query = {
      limit: PAGE,
      ...(usuario === '' ? {} : { usuario_id: Number(usuario) }),
      ...(action === undefined ? {} : { action }),
      ...(after === undefined ? {} : { after }),
    };
    return get('/api/v1/cache/audit', { query, signal });
  });

/** The newest entries, and as many older pages as were asked for. */
function Entries({ usuario, action }: Chosen): JSX.Element {
  const text = auditTexts();
  const isOlderWanted = useRef(false);
  const feed = useMemo(() => auditFeed({ usuario, action }), []);
  const source = useLive(async (signal): Promise<readonly Entry[]> => {
    if (!isOlderWanted.current) return feed.readNew(signal);
    const entries = await feed.readOlder(signal);
    isOlderWanted.current = false;
    return entries;
  }, EVERY_MS);
  return (
    <LiveView source={source} heights={[360]}>
      {(items) =>
        items.length === 0 ? (
          <div class="card">
            <Empty
              icon="audit"
              title={usuario === '' && action === undefined ? text.none : text.noMatch}
            >
              <p>{text.noneHint}</p>
            </Empty>
          </div>
        ) : (
          <section class="card flush">
            <Table items={items} />
            <div class="foot spread small">
              <span class="muted">{text.shown(items.length)}</span>
              <Export items={items} />
              {!feed.hasMore ? null : (
                <button
                  class="button"
                  type="button"
                  onClick={() => {
                    isOlderWanted.current = true;
                    source.refresh();
                  }}
                >
                  {uiTexts().loadMore}
                </button>
              )}
            </div>
          </section>
        )
      }
    </LiveView>
  );
}

function Table({ items }: { items: readonly Entry[] }): JSX.Element {
  const text = auditTexts();
  const heads = [text.when, text.who, text.action, text.target, text.keys, text.outcome];
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={text.title}>
      <table class="table">
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.id}>
              <td class="number nowrap">
                <time dateTime={item.at}>{exactTime(item.at)}</time>
              </td>
              <td>{item.usuario_email ?? item.usuario_id ?? text.unknownUser}</td>
              <td>
                {text.actions[item.action]}{' '}
                {item.dry_run ? <span class="badge">{text.dryRun}</span> : null}
              </td>
              <td>{item.target === null ? null : <KeyText text={item.target} />}</td>
              <td class="number">{item.keys}</td>
              <td>
                <Outcome item={item} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Outcome({ item: { outcome, status } }: { item: Entry }): JSX.Element {
  const text = auditTexts();
  if (outcome === null) return <span class="badge warn">{text.unknownOutcome}</span>;
  const tone = { ok: 'good', refused: 'warn', failed: 'bad' }[outcome];
  return (
    <span class={`badge ${tone}`}>
      {text.outcomes[outcome]} {status}
    </span>
  );
}

/** A file with the entries that are shown, made in the browser. */
function Export({ items }: { items: readonly Entry[] }): JSX.Element {
  const text = auditTexts();
  const names = useMemo(
    () =>
      [
        ...['at', 'usuario_id', 'usuario_email', 'action', 'target', 'dry_run', 'keys', 'outcome'],
        ...['status', 'ms', 'request_id'],
      ] as (keyof Entry)[], // of the document
    [],
  );
  const save = (): void => {
    const rows = [names, ...items.map((item) => names.map((name) => item[name]))];
    saveFile('cache-audit.csv', 'text/csv', csvOf(rows));
  };
  return (
    <button class="button" type="button" title={text.exportHint} onClick={save}>
      {text.export}
    </button>
  );
}
