/** The upload folder of an agent, looked into live: nothing is copied over the network before an import. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { Empty, Loading, Problem } from '../parts/bits.tsx';
import { Link } from '../router.tsx';
import type { Agent, Page } from '../shapes.ts';
import { bytes, when } from '../words.ts';
import { LookAndImport } from './look-and-import.tsx';

const LOOK_AGAIN_MS = 5000;

interface Listing {
  entries: { name: string; kind: 'file' | 'folder'; size: number; modifiedAt: string }[];
  more: boolean;
}

export function AgentTab() {
  const agents = useLoaded<Page<Agent>>((signal) => call('agents.list', {}, signal), 'agents');
  const agentId = useSignal<number | undefined>(undefined);
  const folder = useSignal('');
  const chosen = useSignal<string | undefined>(undefined);
  if (agents.error !== undefined) return <Problem error={agents.error} retry={agents.reload} />;
  if (agents.value === undefined) return <Loading />;
  const connected = agents.value.entities.filter((one) => one.connected);
  const agent = connected.find((one) => one.id === agentId.value) ?? connected[0];
  if (agent === undefined) {
    return (
      <Empty title="No agent is connected">
        An agent lends its upload folder. See <Link to="/agents">Agents</Link>.
      </Empty>
    );
  }
  const open = (path: string): void => {
    folder.value = path;
    chosen.value = undefined;
  };
  return (
    <LookAndImport
      chosen={
        chosen.value === undefined ? undefined : { kind: 'folder', agentId: agent.id, path: chosen.value }
      }
      atOnce={false}
      before={
        <section class="panel">
          {connected.length === 1 ? (
            <p class="dim from">
              The upload folder of <b>{agent.name}</b>
            </p>
          ) : (
            <label class="from">
              <span class="dim">The upload folder of</span>
              <select
                aria-label="Agent"
                value={String(agent.id)}
                onChange={(event) => {
                  agentId.value = Number(event.currentTarget.value);
                  open('');
                }}
              >
                {connected.map((one) => (
                  <option key={one.id} value={String(one.id)}>
                    {one.name}
                  </option>
                ))}
              </select>
            </label>
          )}
          <Folder
            agentId={agent.id}
            folder={folder.value}
            chosen={chosen.value}
            open={open}
            choose={(path) => {
              chosen.value = path;
            }}
          />
        </section>
      }
    />
  );
}

function Folder(props: {
  agentId: number;
  folder: string;
  chosen: string | undefined;
  open(path: string): void;
  choose(path: string): void;
}) {
  const { agentId, folder, chosen, open, choose } = props;
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
  const below = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
  const found = listing.value;
  return (
    <>
      <Crumbs folder={folder} open={open} />
      {listing.error === undefined ? null : <Problem error={listing.error} retry={listing.reload} />}
      {found === undefined ? (
        listing.error === undefined ? (
          <Loading />
        ) : null
      ) : found.entries.length === 0 ? (
        <Empty title="This folder is empty">Copy a dataset into it; it shows up here.</Empty>
      ) : (
        <ul class="files">
          {folder === '' ? null : (
            <li class={chosen === folder ? 'chosen' : ''}>
              <label class="check">
                <input
                  type="radio"
                  name="source"
                  checked={chosen === folder}
                  onChange={() => choose(folder)}
                />
                <span>Everything in this folder</span>
              </label>
            </li>
          )}
          {found.entries.map((entry) => (
            <li key={entry.name} class={chosen === below(entry.name) ? 'chosen' : ''}>
              <label class="check">
                <input
                  type="radio"
                  name="source"
                  checked={chosen === below(entry.name)}
                  onChange={() => choose(below(entry.name))}
                />
                <span class={entry.kind}>{entry.name}</span>
              </label>
              <span class="dim number" title={when(entry.modifiedAt)}>
                {entry.kind === 'file' ? bytes(entry.size) : ''}
              </span>
              {entry.kind === 'folder' ? (
                <button
                  type="button"
                  onClick={() => open(below(entry.name))}
                  aria-label={`Open ${entry.name}`}
                >
                  Open
                </button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {found?.more === true ? <p class="dim">There is more in this folder than is shown here.</p> : null}
    </>
  );
}

function Crumbs(props: { folder: string; open(path: string): void }) {
  const parts = props.folder === '' ? [] : props.folder.split('/');
  return (
    <p class="crumbs">
      <button type="button" class="plain" onClick={() => props.open('')}>
        upload
      </button>
      {parts.map((part, at) => {
        const path = parts.slice(0, at + 1).join('/');
        return (
          <span key={path}>
            <span class="dim"> / </span>
            <button type="button" class="plain" onClick={() => props.open(path)}>
              {part}
            </button>
          </span>
        );
      })}
    </p>
  );
}
