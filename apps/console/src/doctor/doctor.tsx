import type { JSX } from 'preact';
import { get, type Answer } from '../api/api.js';
import { useLive } from '../api/use-live.js';
import { language } from '../i18n/language.js';
import { goTo, linkTo, route } from '../router.js';
import { Choices } from '../ui/choices.js';
import { Copy } from '../ui/copy.js';
import { Icon } from '../ui/icon.js';
import { saveFile } from '../ui/save-file.js';
import { ScreenHead } from '../ui/screen-head.js';
import { Empty, LiveView } from '../ui/states.js';
import './doctor.css';
import { doctorTexts } from './texts.js';

type Report = Answer<'/api/v1/cache/doctor'>;
type Finding = Report['findings'][number];
type Door = '' | '1' | '2' | '3' | '4';

/** The API keeps a report for five seconds. */
const EVERY_MS = 15_000;
const DOORS = ['1', '2', '3', '4'] as const;
const TONES = { fail: 'bad', warn: 'warn', info: 'accent', pass: 'good', 'n/a': '' } as const;
const GRAVE = ['fail', 'warn', 'info'] as const;

/** What is wrong, and how to mend it. */
export function Doctor(): JSX.Element {
  const text = doctorTexts();
  const asked = route.value.parameters.get('problema');
  const door: Door = DOORS.find((each) => each === asked) ?? '';
  const source = useLive(
    (signal) => get('/api/v1/cache/doctor', { query: { lang: language.value }, signal }),
    EVERY_MS,
    language.value,
  );
  return (
    <>
      <ScreenHead title={text.title} about={text.about}>
        <button class="button primary" type="button" onClick={() => source.refresh()}>
          <Icon name="refresh" />
          {text.again}
        </button>
      </ScreenHead>
      <LiveView source={source} heights={[40, 160, 160]}>
        {(report) => (
          <>
            <div class="spread">
              <Choices
                label={text.problema}
                value={door}
                options={[
                  ['', text.all],
                  ...DOORS.map((each) => [each, `${each}. ${text.doors[each]}`] as const),
                ]}
                onChange={(next) => {
                  goTo(linkTo('doctor', next === '' ? {} : { problema: next }), { replace: true });
                }}
              />
              <span class="row small muted">
                <Tally report={report} />
                {text.at(report.at)}
                <Export report={report} />
              </span>
            </div>
            <Findings report={report} door={door} />
          </>
        )}
      </LiveView>
    </>
  );
}

/** How many findings of each gravity there are. */
function Tally({ report: { findings } }: { report: Report }): JSX.Element {
  const text = doctorTexts();
  return (
    <>
      {(['fail', 'warn', 'info', 'pass'] as const).map((severity) => {
        const n = findings.filter((each) => each.severity === severity).length;
        return n === 0 ? null : (
          <span key={severity} class={`badge ${TONES[severity]}`}>
            {text.tally[severity](n)}
          </span>
        );
      })}
    </>
  );
}

function Findings({ report, door }: { report: Report; door: Door }): JSX.Element {
  const text = doctorTexts();
  const shown = report.findings.filter(({ problema }) => door === '' || String(problema) === door);
  const open = GRAVE.flatMap((grave) => shown.filter(({ severity }) => severity === grave));
  const passed = shown.filter(({ severity }) => severity === 'pass');
  return (
    <>
      {open.length === 0 ? (
        <div class="card">
          <Empty icon="check" title={door === '' ? text.healthy : text.noneHere}>
            <p>{text.healthyHint(passed.length)}</p>
          </Empty>
        </div>
      ) : null}
      <ul class="stack">
        {open.map((finding) => (
          <FindingCard key={finding.id} finding={finding} />
        ))}
      </ul>
      {passed.length === 0 ? null : (
        <details class="card small">
          <summary>{text.passed(passed.length)}</summary>
          <ul class="passed">
            {passed.map(({ id, title, seen }) => (
              <li key={id}>
                <b>{title}</b> <span class="muted">{seen}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function FindingCard({ finding }: { finding: Finding }): JSX.Element {
  const text = doctorTexts();
  const { severity, title, seen, why, fix, problema } = finding;
  return (
    <li class={`card finding ${TONES[severity]}`}>
      <div class="row">
        <span class={`badge ${TONES[severity]}`}>{text.severities[severity]}</span>
        <h2>{title}</h2>
        {problema === null ? null : (
          <span class="badge">
            {text.problema} {problema}
          </span>
        )}
      </div>
      <dl>
        <dt>{text.seen}</dt>
        <dd>{seen}</dd>
        <dt>{text.why}</dt>
        <dd>{why}</dd>
        {fix === null ? null : (
          <>
            <dt>{text.fix}</dt>
            <dd class="fix">
              <code>{fix}</code>
              <Copy text={fix} name={text.fixName} />
            </dd>
          </>
        )}
      </dl>
    </li>
  );
}

function Export({ report }: { report: Report }): JSX.Element {
  const save = (): void => {
    saveFile('cache-doctor.json', 'application/json', JSON.stringify(report, null, 2));
  };
  return (
    <button class="button" type="button" onClick={save}>
      {doctorTexts().export}
    </button>
  );
}
