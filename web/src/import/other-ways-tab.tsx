/** The command line, the API and the SDK, with this server's address filled in. */
import { useSignal } from '@preact/signals';
import { otherWays } from './other-ways.ts';

export function OtherWaysTab() {
  return (
    <div class="other-ways">
      <p class="dim">
        <code>$SLY_TOKEN</code> stands for a token; it is never shown on this page.
      </p>
      {otherWays(location.origin).map((way) => (
        <section key={way.title} class="panel">
          <div class="bar">
            <h2>{way.title}</h2>
            <span class="grow" />
            <CopyButton title={way.title} text={way.command} />
          </div>
          <p class="why">{way.about}</p>
          <pre class="command">{way.command}</pre>
        </section>
      ))}
    </div>
  );
}

function CopyButton(props: { title: string; text: string }) {
  const word = useSignal('Copy');
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(props.text);
      word.value = 'Copied';
    } catch {
      word.value = 'Select and copy it by hand';
    }
    setTimeout(() => {
      word.value = 'Copy';
    }, 2000);
  }
  return (
    <button type="button" aria-label={`Copy: ${props.title}`} onClick={() => void copy()}>
      <span aria-live="polite">{word.value}</span>
    </button>
  );
}
