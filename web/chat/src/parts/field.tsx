// A field of a form, with what is wrong with it beside it.
import { useEffect, useId, useRef } from 'preact/hooks';

interface Props {
  label: string;
  name: string;
  type?: 'text' | 'email' | 'password';
  autocomplete?: string;
  hint?: string;
  /** What is wrong; the first field of a form that has something gets the focus. */
  wrong?: string | undefined;
  isFirst?: boolean;
  isRequired?: boolean;
  maxLength?: number;
  value?: string;
}

export function Field({ label, name, type = 'text', autocomplete, hint, wrong, ...more }: Props) {
  const { isFirst = false, isRequired = true, maxLength = 254, value } = more;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isFirst) input.current?.focus();
  }, [isFirst, wrong]);
  const told = wrong ? `${id}-wrong` : hint ? `${id}-hint` : undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        ref={input}
        id={id}
        name={name}
        // The types of Preact tell inputs apart by this, which is only known when the page runs.
        type={type as 'text'}
        autocomplete={autocomplete}
        autocapitalize="none"
        spellcheck={false}
        required={isRequired}
        maxLength={maxLength}
        defaultValue={value}
        aria-invalid={wrong ? 'true' : undefined}
        aria-describedby={told}
      />
      {wrong ? (
        <p class="wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      ) : (
        hint && (
          <p class="hint" id={`${id}-hint`}>
            {hint}
          </p>
        )
      )}
    </div>
  );
}

/** As a sentence. */
export const sentence = (words: string) =>
  `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}`;
