import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { get, post, remove, type Answer } from '../api/api.js';
import { asApiError } from '../api/api-error.js';
import { useLive } from '../api/use-live.js';
import { dateTime } from '../i18n/format.js';
import { Icon } from '../ui/icon.js';
import { ScreenHead } from '../ui/screen-head.js';
import { Empty, LiveView } from '../ui/states.js';
import { StartForm } from './start-form.js';
import { warmingTexts } from './texts.js';
import './warming.css';

type WarmingAnswer = Answer<'/api/v1/cache/warming'>;
type Progress = WarmingAnswer['last'][number]['warmers'][number];

const EVERY_MS = 2_000;

/** What is warmed now, what was, and starting it. */
export function Warming(): JSX.Element {
  const text = warmingTexts();
  const source = useLive((signal) => get('/api/v1/cache/warming', { signal }), EVERY_MS);
  const [problem, setProblem] = useState<string>();
  const attempt = async (change: () => Promise<unknown>): Promise<void> => {
    setProblem(undefined);
    try {
      await change();
    } catch (error) {
      setProblem(asApiError(error).message);
    }
    source.refresh();
  };
  return (
    <>
      <ScreenHead title={text.title} about={text.about} />
      <p role="alert" class={problem === undefined ? 'hidden' : 'notice bad'}>
        {problem === undefined ? null : <Icon name="error" />}
        {problem}
      </p>
      <LiveView source={source} heights={[160, 240]}>
        {({ running, last, warmers }) => (
          <>
            {running === null ? (
              warmers.length === 0 ? (
                <div class="card">
                  <Empty icon="warming" title={text.noWarmers} />
                </div>
              ) : (
                <StartForm
                  names={warmers.map(({ name }) => name)}
                  onStart={(body) => attempt(() => post('/api/v1/cache/warming', { body }))}
                />
              )
            ) : (
              <Running
                run={running}
                onStop={() => void attempt(() => remove('/api/v1/cache/warming'))}
              />
            )}
            <Last runs={last} />
          </>
        )}
      </LiveView>
    </>
  );
}

interface RunningProps {
  readonly run: NonNullable<WarmingAnswer['running']>;
  readonly onStop: () => void;
}

function Running({ run, onStop }: RunningProps): JSX.Element {
  const text = warmingTexts();
  return (
    <section class="card">
      <div class="head">
        <h2>
          {text.running} <span class="badge accent">{text.reasons[run.reason]}</span>
        </h2>
        <button class="button" type="button" onClick={onStop}>
          <Icon name="pause" />
          {text.stop}
        </button>
      </div>
      <p class="small muted">
        {[
          text.since(run.started_at),
          text.until(run.deadline),
          text.leader(run.leader),
          text.pace(run.rate),
        ].join(' · ')}
      </p>
      <ul class="warmers">
        {run.warmers.map((warmer) => (
          <Warmer key={warmer.name} warmer={warmer} />
        ))}
      </ul>
    </section>
  );
}

function Warmer({ warmer }: { warmer: Progress }): JSX.Element {
  const text = warmingTexts();
  const { name, done, skipped, failed, total } = warmer;
  const looked = done + skipped + failed;
  return (
    <li>
      <div class="spread small">
        <b>{name}</b>
        <span class="number">{text.progress(looked, total)}</span>
      </div>
      <progress
        aria-label={name}
        {...(total === null ? {} : { value: looked, max: Math.max(1, total) })}
      />
      <p class="small muted">{text.details(done, skipped, failed)}</p>
    </li>
  );
}

function Last({ runs }: { runs: WarmingAnswer['last'] }): JSX.Element {
  const text = warmingTexts();
  return (
    <section class="card">
      <div class="head">
        <h2>{text.last}</h2>
      </div>
      {runs.length === 0 ? (
        <Empty icon="warming" title={text.never}>
          <p>{text.neverHint}</p>
        </Empty>
      ) : null}
      <ol class="warmers">
        {runs.map((run) => (
          <li key={run.id}>
            <div class="spread small">
              <span class="row">
                <b>{dateTime(run.started_at)}</b>
                <span class="badge">{text.reasons[run.reason]}</span>
                <span class={`badge ${run.outcome === 'done' ? 'good' : 'warn'}`}>
                  {text.outcomes[run.outcome]}
                </span>
              </span>
              <span class="muted number">
                {text.took((Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1_000)}
              </span>
            </div>
            {run.warmers.map(({ name, done, skipped, failed }) => (
              <p key={name} class="small muted">
                {name}: {text.details(done, skipped, failed)}
              </p>
            ))}
          </li>
        ))}
      </ol>
    </section>
  );
}
