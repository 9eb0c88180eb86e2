/** A file for whoever is asked for help: what is in it is said first, one click makes and saves it. */
import { useState } from 'preact/hooks';
import { NOT_IN_SUPPORT, SUPPORT_FILES } from '../../../src/protocol/support-bundle.ts';
import { useAction } from '../action.ts';
import { call, callForFile } from '../api.ts';
import { now } from '../now.ts';
import { Problem } from '../parts/bits.tsx';
import type { Agent, SupportBundle } from '../shapes.ts';
import { saveFile } from '../tasks/save-file.ts';
import { bytes, until } from '../words.ts';

export function Support({ agent, off }: { agent: Agent; off: string | undefined }) {
  const act = useAction();
  const [made, setMade] = useState<SupportBundle | undefined>(undefined);

  async function save(bundle: SupportBundle): Promise<void> {
    const file = await callForFile('agents.support-bundle.download', { id: agent.id, bundle: bundle.id });
    saveFile(file, `support-${agent.name}.tar.gz`);
  }
  const make = () =>
    void act.run(async () => {
      setMade(undefined);
      const bundle = await call<SupportBundle>('agents.support-bundle.make', { id: agent.id });
      setMade(bundle);
      await save(bundle);
    });
  const isThere = made !== undefined && Date.parse(made.expiresAt) > now.value;
  return (
    <section aria-label="Support bundle">
      <div class="bar">
        <h2>Support bundle</h2>
        <span class="grow" />
        <button type="button" disabled={act.busy || off !== undefined} title={off} onClick={make}>
          Make and save it
        </button>
      </div>
      {act.error === undefined ? null : <Problem error={act.error} />}
      <p role="status">
        {act.busy ? 'The agent looks around; the doctor may take a minute ...' : null}
        {isThere && !act.busy ? (
          <>
            {bytes(made.size)}, kept here for {until(made.expiresAt, now.value).replace('in ', '')}.{' '}
            <button type="button" onClick={() => void act.run(() => save(made))}>
              Save it again
            </button>
          </>
        ) : null}
      </p>
      <details>
        <summary>What is in it</summary>
        <ul>
          {SUPPORT_FILES.map(({ file, about }) => (
            <li key={file}>
              <code>{file}</code>: {about}
            </li>
          ))}
        </ul>
        <p>{NOT_IN_SUPPORT}</p>
      </details>
    </section>
  );
}
