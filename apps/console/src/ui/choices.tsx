import type { JSX } from 'preact';

interface ChoicesProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, text: string])[];
  readonly onChange: (value: T) => void;
}

/** A few options of which one is in force. */
export function Choices<T extends string>({
  label,
  value,
  options,
  onChange,
}: ChoicesProps<T>): JSX.Element {
  return (
    <div class="choices" role="group" aria-label={label}>
      {options.map(([option, text]) => (
        <button
          key={option}
          type="button"
          aria-pressed={option === value}
          onClick={() => {
            onChange(option);
          }}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
