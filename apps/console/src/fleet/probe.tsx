import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post, type Answer } from '../api/api.js';
import { asApiError } from '../api/api-error.js';
import { milliseconds } from '../i18n/format.js';
import { Icon } from '../ui/icon.js';
import { fleetTexts } from './texts.js';

type Probed = Answer<'/api/v1/cache/freshness/probe', 'post'>;

/** Measures how long it takes until every process is proved to have what is committed now. */
export function Probe(): JSX.Element {
  const text = fleetTexts();
  const [probed, setProbed] = useState<Probed>();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const probe = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      setProbed(await post('/api/v1/cache/freshness/probe'));
    } catch (error) {
      setProblem(asApiError(error).message);
    }
    setBusy(false);
  };
  return (
    <section class="card">
      <div class="head">
        <h2>{text.probe}</h2>
        <button class="button primary" type="button" disabled={isBusy} onClick={() => void probe()}>
          <Icon name="shield" />
          {isBusy ? text.probing : text.probeNow}
        </button>
      </div>
      <p class="small muted">{text.probeHint}</p>
      <div aria-live="polite">
        {problem === undefined ? null : (
          <p class="notice bad">
            <Icon name="error" />
            {problem}
          </p>
        )}
        {probed === undefined ? null : <Result probed={probed} />}
      </div>
    </section>
  );
}

function Result({ probed }: { probed: Probed }): JSX.Element {
  const text = fleetTexts();
  if (!probed.applicable) return <p class="notice">{text.notApplicable}</p>;
  return (
    <>
      <p>
        {probed.covered_after_ms === null
          ? text.notCovered
          : text.covered(milliseconds(probed.covered_after_ms))}
      </p>
      <ul class="probed small">
        {probed.processes.map(({ id, host, pid, proved_after_ms: ms }) => (
          <li key={id} class="spread">
            <span>
              {host} <span class="muted number">{pid}</span>
            </span>
            <span class={`badge number ${ms === null ? 'bad' : 'good'}`}>
              {ms === null ? text.unproved : milliseconds(ms)}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
