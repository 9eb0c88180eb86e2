/** Text to be taken along: how it is shown, and the button that copies it. */
import { useEffect, useState } from 'preact/hooks';

export function CopyText(props: { text: string; label: string }) {
  return (
    <div class="copy">
      <Command text={props.text} />
      <CopyButton {...props} />
    </div>
  );
}

export function Command(props: { text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
    <pre class="command" tabIndex={0}>
      {props.text}
    </pre>
  );
}

export function CopyButton(props: { text: string; label: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(props.text);
      setState('copied');
    } catch {
      // Not a secure context: the text can still be selected.
      setState('failed');
    }
  }
  return (
    <button type="button" onClick={() => void copy()} aria-label={props.label}>
      <span aria-live="polite">
        {state === 'copied' ? 'Copied' : state === 'failed' ? 'Select it' : 'Copy'}
      </span>
    </button>
  );
}
