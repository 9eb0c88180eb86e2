/** The command line, the API and the SDK, with this server's address filled in. */
import { Command, CopyButton } from '../parts/copy-text.tsx';
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
            <CopyButton label={`Copy: ${way.title}`} text={way.command} />
          </div>
          <p class="why">{way.about}</p>
          <Command text={way.command} />
        </section>
      ))}
    </div>
  );
}
