import type { JSX } from 'preact';
import { get } from '../api/api.js';
import { useLive } from '../api/use-live.js';
import { goTo, linkTo, route } from '../router.js';
import { Choices } from '../ui/choices.js';
import { ScreenHead } from '../ui/screen-head.js';
import { LiveView } from '../ui/states.js';
import { HotKeys, type By } from './hot-keys.js';
import './hot.css';
import { Namespaces } from './namespaces.js';
import { hotTexts } from './texts.js';

const EVERY_MS = 5_000;

/** Which keys weigh most, and what would make the cache better. */
export function Hot(): JSX.Element {
  const text = hotTexts();
  const chosen = route.value.parameters.get('by');
  const by: By = chosen === 'bytes' || chosen === 'load_ms' ? chosen : 'reads';
  const keys = useLive(
    (signal) => get('/api/v1/cache/hot', { query: { by, limit: 20 }, signal }),
    EVERY_MS,
    by,
  );
  const namespaces = useLive((signal) => get('/api/v1/cache/namespaces', { signal }), EVERY_MS);
  return (
    <>
      <ScreenHead title={text.title} about={text.about}>
        <Choices
          label={text.by}
          value={by}
          options={[
            ['reads', text.bys.reads],
            ['bytes', text.bys.bytes],
            ['load_ms', text.bys.load_ms],
          ]}
          onChange={(next) => {
            goTo(linkTo('hot', next === 'reads' ? {} : { by: next }), { replace: true });
          }}
        />
      </ScreenHead>
      <div class="stack">
        <LiveView source={keys} heights={[360]}>
          {({ items }) => <HotKeys by={by} items={items} />}
        </LiveView>
        <LiveView source={namespaces} heights={[280]}>
          {({ items }) => <Namespaces items={items} />}
        </LiveView>
      </div>
    </>
  );
}
