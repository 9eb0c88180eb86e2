/** Import from an agent's upload folder: look around in it live, choose, start. */
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { Empty, Loading, Problem } from '../parts/bits.tsx';
import { type Options, OptionsForm } from '../parts/options-form.tsx';
import { go } from '../router.tsx';
import type { Agent, Manifest, Page, TaskView } from '../shapes.ts';
import { bytes, when } from '../words.ts';

const LOOK_AGAIN_MS = 5000;

interface Listing {
  entries: { name: string; kind: 'file' | 'folder'; size: number; modifiedAt: string }[];
  more: boolean;
}

export function ImportView() {
  const agents = useLoaded<Page<Agent>>((signal) => call('agents.list', {}, signal), 'agents');
  const [agentId, setAgentId] = useState<number | undefined>(undefined);
  const [folder, setFolder] = useState('');
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const connected = (agents.value?.entities ?? []).filter((one) => one.connected);
  const agent = connected.find((one) => one.id === agentId) ?? connected[0];

  if (agents.error !== undefined)
    return (
      <main>
        <Problem error={agents.error} retry={agents.reload} />
      </main>
    );
  if (agents.value === undefined)
    return (
      <main>
        <Loading />
      </main>
    );
  if (agent === undefined) {
    return (
      <main>
        <h1>Import</h1>
        <Empty title="No agent is connected">An agent lends its upload folder. See Agents.</Empty>
      </main>
    );
  }
  return (
    <main>
      <div class="bar">
        <h1>Import</h1>
        <span class="dim">from the upload folder of</span>
        {connected.length === 1 ? (
          <b>{agent.name}</b>
        ) : (
          <select
            aria-label="Agent"
            value={String(agent.id)}
            onChange={(event) => {
              setAgentId(Number(event.currentTarget.value));
              setFolder('');
              setChosen(undefined);
            }}
          >
            {connected.map((one) => (
              <option key={one.id} value={String(one.id)}>
                {one.name}
              </option>
            ))}
          </select>
        )}
      </div>
      <div class="split right">
        <Browser
          agentId={agent.id}
          folder={folder}
          chosen={chosen}
          open={(path) => {
            setFolder(path);
            setChosen(undefined);
          }}
          choose={setChosen}
        />
        <ImportForm key={chosen ?? ''} agentId={agent.id} path={chosen} />
      </div>
    </main>
  );
}

function Browser(props: {
  agentId: number;
  folder: string;
  chosen: string | undefined;
  open(path: string): void;
  choose(path: string): void;
}) {
  const { agentId, folder, chosen } = props;
  const listing = useLoaded<Listing>(
    (signal) => call('agents.upload-folder.list', { agentId, path: folder }, signal),
    `${agentId} ${folder}`,
  );
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) listing.reload();
    }, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [listing.reload]);

  const parts = folder === '' ? [] : folder.split('/');
  const below = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
  return (
    <section class="panel">
      <p class="crumbs">
        <button type="button" class="plain" onClick={() => props.open('')}>
          upload
        </button>
        {parts.map((part, at) => (
          <span key={parts.slice(0, at + 1).join('/')}>
            <span class="dim"> / </span>
            <button type="button" class="plain" onClick={() => props.open(parts.slice(0, at + 1).join('/'))}>
              {part}
            </button>
          </span>
        ))}
      </p>
      {listing.error === undefined ? null : <Problem error={listing.error} retry={listing.reload} />}
      {listing.value === undefined ? (
        listing.error === undefined ? (
          <Loading />
        ) : null
      ) : listing.value.entries.length === 0 ? (
        <Empty title="This folder is empty">Copy a dataset into it; it shows up here.</Empty>
      ) : (
        <ul class="files">
          {listing.value.entries.map((entry) => (
            <li key={entry.name} class={chosen === below(entry.name) ? 'chosen' : ''}>
              <label class="check">
                <input
                  type="radio"
                  name="source"
                  checked={chosen === below(entry.name)}
                  onChange={() => props.choose(below(entry.name))}
                />
                <span class={entry.kind}>{entry.name}</span>
              </label>
              <span class="dim" title={when(entry.modifiedAt)}>
                {entry.kind === 'file' ? bytes(entry.size) : ''}
              </span>
              {entry.kind === 'folder' ? (
                <button
                  type="button"
                  onClick={() => props.open(below(entry.name))}
                  aria-label={`Open ${entry.name}`}
                >
                  Open
                </button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {listing.value?.more === true ? (
        <p class="dim">There is more in this folder than is shown here.</p>
      ) : null}
    </section>
  );
}

function ImportForm(props: { agentId: number; path: string | undefined }) {
  const { agentId, path } = props;
  const plugins = useLoaded<{ entities: Manifest[] }>(
    (signal) => call('plugins.list', {}, signal),
    'plugins',
  );
  const [plugin, setPlugin] = useState('');
  const [options, setOptions] = useState<Options>({});
  const [name, setName] = useState('');
  const [conflict, setConflict] = useState('rename');
  const [dryRun, setDryRun] = useState(false);
  const [failed, setFailed] = useState<Error | undefined>(undefined);
  const [starting, setStarting] = useState(false);
  const importers = (plugins.value?.entities ?? []).filter((one) => one.actions.includes('import'));

  async function start(): Promise<void> {
    setStarting(true);
    setFailed(undefined);
    try {
      const task = await call<TaskView>('imports.start', {
        agentId,
        path,
        conflict,
        dryRun,
        ...(plugin === '' ? {} : { plugin, options }),
        ...(name.trim() === '' ? {} : { projectName: name.trim() }),
      });
      go(`/tasks/${task.id}`);
    } catch (error) {
      setFailed(error as Error);
      setStarting(false);
    }
  }

  return (
    <aside class="panel">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <h2>{path === undefined ? 'Choose a folder or an archive' : path}</h2>
        <label>
          <span>Format</span>
          <select
            value={plugin}
            onChange={(event) => {
              setPlugin(event.currentTarget.value);
              setOptions({});
            }}
          >
            <option value="">Detect it</option>
            {importers.map((one) => (
              <option key={one.name} value={one.name}>
                {one.title}
              </option>
            ))}
          </select>
        </label>
        <OptionsForm
          schema={importers.find((one) => one.name === plugin)?.options?.import}
          value={options}
          onChange={setOptions}
        />
        <label>
          <span>Project name</span>
          <input
            type="text"
            value={name}
            maxLength={200}
            placeholder="as the source"
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label>
          <span>When an item's name is taken</span>
          <select value={conflict} onChange={(event) => setConflict(event.currentTarget.value)}>
            <option value="rename">give it a new name</option>
            <option value="skip">keep the first one</option>
            <option value="replace">take the last one</option>
            <option value="fail">stop</option>
          </select>
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={dryRun}
            onChange={(event) => setDryRun(event.currentTarget.checked)}
          />
          <span>
            Dry run<small>Read and count everything, publish nothing.</small>
          </span>
        </label>
        {failed === undefined ? null : <Problem error={failed} />}
        <button type="submit" class="primary" disabled={path === undefined || starting}>
          Import
        </button>
      </form>
    </aside>
  );
}
