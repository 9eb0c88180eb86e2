/** Every setting of an agent in force, folded away until somebody asks. */
import { useState } from 'preact/hooks';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { Shown } from '../parts/shown.tsx';
import { Table } from '../parts/table.tsx';
import type { AgentSettings } from '../shapes.ts';
import { when } from '../words.ts';

const ORIGINS = { flag: 'command line', env: 'environment', file: 'file', default: 'default' } as const;

export function SettingsInForce({ id }: { id: number }) {
  const [open, setOpen] = useState(false);
  return (
    <section aria-label="Settings in force">
      <h2>Settings in force</h2>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Every value, with where it comes from</summary>
        {open ? <SettingTable id={id} /> : null}
      </details>
    </section>
  );
}

function SettingTable({ id }: { id: number }) {
  const settings = useLoaded<AgentSettings & { asOf: string | null }>(
    (signal) => call('agents.settings', { id }, signal),
    `settings ${id}`,
  );
  return (
    <Shown loaded={settings}>
      {({ file, settings: all, asOf }) => (
        <>
          <p class="dim">
            {asOf === null ? '' : `As of ${when(asOf)}, when it connected last. `}
            {file === null ? 'No settings file was read.' : `The file is ${file}.`} Secrets are left out. They
            change with a restart of the agent.
          </p>
          <Table
            label="Settings in force"
            heads={['Setting', 'Value', 'From', 'Meaning']}
            rows={all.map((one) => [
              one.name,
              <code key="name" class="setting-name">
                {one.name}
              </code>,
              one.value === null ? <span class="dim">not set</span> : <code>{one.value}</code>,
              one.origin === 'default' ? ORIGINS.default : <strong>{ORIGINS[one.origin]}</strong>,
              one.about,
            ])}
          />
        </>
      )}
    </Shown>
  );
}
