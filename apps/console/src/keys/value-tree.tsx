import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { printable } from '../i18n/format.js';
import { keysTexts } from './texts.js';

/** Parts of a list or object that are shown at once. */
const PAGE = 100;
/** Characters of a text that are shown. */
const CLIP = 300;

/**
 * Any JSON as a folded tree. Only what is unfolded is in the document, a hundred parts at a time, so
 * that a value of megabytes is as quick as a small one.
 */
export function ValueTree({ value }: { value: unknown }): JSX.Element {
  return (
    <ul class="value-tree" role="group">
      <Node name={undefined} value={value} isOpen />
    </ul>
  );
}

interface NodeProps {
  readonly name: string | undefined;
  readonly value: unknown;
  readonly isOpen?: boolean;
}

function Node({ name, value, isOpen = false }: NodeProps): JSX.Element {
  const [open, setOpen] = useState(isOpen);
  const text = keysTexts();
  if (typeof value !== 'object' || value === null) {
    return (
      <li>
        <Name name={name} />
        <Leaf value={value} />
      </li>
    );
  }
  const size = Array.isArray(value) ? value.length : Object.keys(value).length;
  return (
    <li>
      <button
        type="button"
        class="fold"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <Name name={name} />
        <span class="muted">{Array.isArray(value) ? text.items(size) : text.fields(size)}</span>
      </button>
      {open ? <Parts value={value} /> : null}
    </li>
  );
}

function Parts({ value }: { value: object }): JSX.Element {
  const [shown, setShown] = useState(PAGE);
  const text = keysTexts();
  const isList = Array.isArray(value);
  const names = isList ? undefined : Object.keys(value);
  const length = names?.length ?? (value as readonly unknown[]).length; // a list otherwise
  const part = (at: number): [string, unknown] => {
    const name = names?.[at] ?? String(at);
    return [name, (value as Record<string, unknown>)[name]]; // its own names
  };
  const rest = length - shown;
  return (
    <ul>
      {Array.from({ length: Math.min(shown, length) }, (_, at) => {
        const [name, inner] = part(at);
        return <Node key={name} name={name} value={inner} />;
      })}
      {rest <= 0 ? null : (
        <li>
          <button
            type="button"
            class="button"
            onClick={() => {
              setShown(shown + PAGE);
            }}
          >
            {text.more(Math.min(PAGE, rest))}
          </button>
        </li>
      )}
    </ul>
  );
}

function Name({ name }: { name: string | undefined }): JSX.Element | null {
  return name === undefined ? null : <span class="name">{printable(name)}: </span>;
}

function Leaf({ value }: { value: unknown }): JSX.Element {
  const text = keysTexts();
  if (typeof value !== 'string') return <span class="other">{String(value)}</span>;
  const clipped = value.length > CLIP;
  return (
    <bdi class="text">
      “{printable(clipped ? value.slice(0, CLIP) : value)}”
      {clipped ? <span class="muted">{text.clipped(value.length)}</span> : null}
    </bdi>
  );
}
