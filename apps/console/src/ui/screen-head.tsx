import type { ComponentChildren, JSX } from 'preact';

interface ScreenHeadProps {
  readonly title: string;
  readonly about: string;
  readonly children?: ComponentChildren;
}

/** The title of a screen, what it is for, and what can be done with all of it. */
export function ScreenHead({ title, about, children }: ScreenHeadProps): JSX.Element {
  return (
    <div class="screen-head">
      <div>
        <h1>{title}</h1>
        <p class="muted">{about}</p>
      </div>
      {children === undefined ? null : <div class="row">{children}</div>}
    </div>
  );
}
