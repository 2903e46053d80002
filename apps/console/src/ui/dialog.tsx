import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icon.js';
import { uiTexts } from './texts.js';

interface DialogProps {
  readonly title: ComponentChildren;
  /** Default: a dialog in the middle. */
  readonly kind?: 'dialog' | 'drawer' | 'menu';
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/**
 * A modal dialog. The browser keeps the focus inside, closes it on Escape and gives the focus back.
 * The focus begins at the title, so that a stray Enter confirms nothing.
 */
export function Dialog({ title, kind = 'dialog', onClose, children }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    heading.current?.focus();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog ${kind}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current && kind !== 'dialog') onClose();
      }}
    >
      <div class="inside">
        <div class="top">
          <h2 id={id} ref={heading} tabIndex={-1}>
            {title}
          </h2>
          <button class="button bare square" type="button" onClick={onClose}>
            <Icon name="close" />
            <span class="hidden">{uiTexts().close}</span>
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
