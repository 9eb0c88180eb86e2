/** A button for what cannot be taken back: it asks once more in its own place. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

export function ConfirmButton(props: {
  word: string;
  /** The second button, such as "Yes, revoke". */
  sure: string;
  /** For screen readers: which of the many. */
  label: string;
  disabled?: boolean;
  act(): void;
}) {
  const [asking, setAsking] = useState(false);
  const second = useRef<HTMLButtonElement>(null);
  const first = useRef<HTMLButtonElement>(null);
  const asked = useRef(false);
  useLayoutEffect(() => {
    // The focus stays with the question and comes back when it is answered; not when the list appears.
    if (asking) second.current?.focus();
    else if (asked.current) first.current?.focus();
    asked.current = asking;
  }, [asking]);

  if (!asking) {
    return (
      <button
        ref={first}
        type="button"
        class="danger"
        disabled={props.disabled}
        aria-label={props.label}
        onClick={() => setAsking(true)}
      >
        {props.word}
      </button>
    );
  }
  return (
    <span class="confirm">
      <button
        ref={second}
        type="button"
        class="danger"
        onKeyDown={(event) => {
          if (event.key === 'Escape') setAsking(false);
        }}
        onClick={() => {
          setAsking(false);
          props.act();
        }}
      >
        {props.sure}
      </button>
      <button type="button" onClick={() => setAsking(false)}>
        Keep
      </button>
    </span>
  );
}
