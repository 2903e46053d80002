import type { JSX } from 'preact';
import type { components } from '../api/schema.js';
import { Icon } from '../ui/icon.js';
import { overviewTexts } from './texts.js';

type Overview = components['schemas']['CacheOverviewDto'];

/** What is known of the state: the newest answer, and since when it says what it says. */
export interface Condition {
  readonly newest: Overview | undefined;
  /** When the last figures of all processes came. */
  readonly figuresAt: number | undefined;
  readonly isSilent: boolean;
  /** For how long it has been so, as far as this page has seen. */
  readonly seconds: number;
}

type Tone = 'good' | 'warn' | 'bad';

/** The state of the cache in one sentence. */
export function Sentence({ condition }: { condition: Condition }): JSX.Element {
  const text = overviewTexts();
  const { newest, figuresAt } = condition;
  const [tone, sentence, spoken = sentence] = sentenceOf(condition);
  const isDated = condition.isSilent || newest?.store === 'unavailable';
  return (
    <div class={`sentence ${tone}`}>
      {/* What is read out changes with the state only, not with each second. */}
      <p class="hidden" role="status">
        {spoken}
      </p>
      <Icon name={tone === 'good' ? 'shield' : tone === 'warn' ? 'warning' : 'error'} />
      <div>
        <p class="lead">{sentence}</p>
        <p class="small muted">
          {isDated && figuresAt !== undefined ? text.state.dated(figuresAt) : null}
          {isDated || newest === undefined ? null : about(newest)}
        </p>
      </div>
    </div>
  );
}

/** The sentence, and without its figures if these change by themselves. */
function sentenceOf({ newest, isSilent, seconds }: Condition): [Tone, string, string?] {
  const { state, spoken } = overviewTexts();
  if (isSilent || newest === undefined) return ['bad', state.silent];
  const { store, fresh, proof_at: provedAt, pending_removals: pending } = newest;
  if (store === 'unavailable') return ['bad', state.unavailable(seconds), spoken.unavailable];
  if (fresh !== null && provedAt === null) {
    return ['warn', state.unproved(seconds), spoken.unproved];
  }
  if (pending > 0) return ['warn', state.pending(pending)];
  if (provedAt === null) return ['good', state.alone];
  return ['good', state.appliedBefore(provedAt), spoken.applied];
}

/** Store, processes and relay in a few words. */
function about({ store, processes, relay, fresh }: Overview): string {
  const text = overviewTexts();
  const parts = [
    store === 'redis' ? text.store.redis : text.store.memory,
    text.processes(processes),
  ];
  if (fresh !== null) parts.push(relay === null ? text.noRelay : text.relay(relay));
  return parts.join(' · ');
}
