/** Where scripts of one's own are dropped, and why one that is there is not offered. */
import type { ComponentChildren } from 'preact';
import { call } from '../../api.ts';
import { useLoaded } from '../../loaded.ts';
import type { Agent, Page } from '../../shapes.ts';

export function ScriptHint(props: { children: ComponentChildren }) {
  const agents = useLoaded<Page<Agent>>((signal) => call('agents.list', {}, signal), 'agents of scripts');
  const places = (agents.value?.entities ?? []).flatMap(({ name, telemetry }) =>
    telemetry?.scripts === undefined ? [] : [{ name, ...telemetry.scripts }],
  );
  if (places.length === 0) return null;
  return (
    <div class="script-hint dim">
      <p>{props.children} It is seen within seconds, without a restart:</p>
      <ul>
        {places.map(({ name, folder, refused }) => (
          <li key={name}>
            on {name}: <code>{folder}</code>
            {refused.length === 0 ? null : (
              <ul>
                {refused.map(({ file, reason }) => (
                  <li key={file}>
                    <b>{file}</b> is left out: {reason}
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
