// Fields of forms: a label, the input, a hint or a fault that belongs to it.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: ComponentChildren;
  readonly fault?: string;
  readonly type?: 'text' | 'url' | 'search' | 'number' | 'password' | 'datetime-local' | 'time';
  readonly rows?: number;
  readonly placeholder?: string;
  readonly required?: boolean;
  readonly quietLabel?: boolean;
  readonly min?: number;
  readonly autoFocus?: boolean;
}

export function Field(props: FieldProps) {
  const {
    label,
    value,
    onInput,
    hint,
    fault,
    type = 'text',
    rows,
    placeholder,
    required,
    quietLabel,
    min,
    autoFocus,
  } = props;
  const id = useId();
  const about = hint || fault ? `${id}h` : undefined;
  const all = {
    id,
    value,
    placeholder,
    required,
    autoFocus,
    spellcheck: false,
    autoComplete: 'off',
    'aria-describedby': about,
    'aria-invalid': fault ? true : undefined,
    onInput: (event: { currentTarget: { value: string } }) => onInput(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id} class={quietLabel ? 'sr' : undefined}>
        {label}
      </label>
      {rows ? (
        <textarea {...all} rows={rows} />
      ) : (
        <input {...all} type={type as 'text'} min={min} />
      )}
      {fault ? (
        <p class="fault" id={about}>
          {fault}
        </p>
      ) : (
        hint && (
          <p class="hint" id={about}>
            {hint}
          </p>
        )
      )}
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [value: Value, words: string])[];
  readonly onChange: (value: Value) => void;
  readonly hint?: ComponentChildren;
  readonly quietLabel?: boolean;
}

export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, value, options, onChange, hint, quietLabel } = props;
  const id = useId();
  return (
    <div class={quietLabel ? undefined : 'field'}>
      <label for={id} class={quietLabel ? 'sr' : undefined}>
        {label}
      </label>
      <select
        id={id}
        class="btn"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value as Value)}
      >
        {options.map(([one, words]) => (
          <option key={one} value={one}>
            {words}
          </option>
        ))}
      </select>
      {hint && <p class="hint">{hint}</p>}
    </div>
  );
}

/** A few values side by side, such as windows of time. */
export function Segments<Value extends string>({
  label,
  value,
  options,
  onChange,
}: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset class="segments">
      <legend class="sr">{label}</legend>
      {options.map(([one, words]) => (
        <label key={one}>
          <input
            type="radio"
            name={name}
            value={one}
            checked={one === value}
            onChange={() => onChange(one)}
          />
          {words}
        </label>
      ))}
    </fieldset>
  );
}

interface CheckProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ComponentChildren;
}

export function Check({ checked, onChange, children }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{children}</span>
    </label>
  );
}
