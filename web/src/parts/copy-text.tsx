/** Text to be taken along, with a button that copies it. */
import { useEffect, useState } from 'preact/hooks';

export function CopyText(props: { text: string; label: string }) {
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
    <div class="copy">
      <pre class="command">{props.text}</pre>
      <button type="button" onClick={() => void copy()} aria-label={props.label}>
        {state === 'copied' ? 'Copied' : state === 'failed' ? 'Select it' : 'Copy'}
      </button>
    </div>
  );
}
