import { render, type JSX } from 'preact';
import { startSession, session } from './session/session.js';
import { Gate } from './session/gate.js';
import { Shell } from './shell/shell.js';
import './ui/tokens.css';
import './ui/base.css';
import './ui/controls.css';
import './ui/surfaces.css';
import './ui/theme.js';

function Console(): JSX.Element {
  const current = session.value;
  return current.status === 'in' ? <Shell me={current.me} /> : <Gate session={current} />;
}

const place = document.getElementById('app');
if (place !== null) render(<Console />, place);
void startSession();
