/** Plugins of the agents: what they read and write, what they may do, where they are. */
import { useState } from 'preact/hooks';
import { actionWord, isMatch, type Plugin, withTest } from '../agents/plugin.ts';
import { PluginCard } from '../agents/plugin-card.tsx';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { Empty, Loading, Problem } from '../parts/bits.tsx';
import { ScriptHint } from '../projects/download/script-hint.tsx';
import { go, Link, query } from '../router.tsx';
import { useMe } from '../settings/accounts.ts';
import { plural } from '../words.ts';

const ACTIONS = ['', 'import', 'export', 'detect', 'script'];

export function PluginsView() {
  const plugins = useLoaded<{ entities: Plugin[] }>((signal) => call('plugins.list', {}, signal), 'plugins');
  const me = useMe();
  const [text, setText] = useState('');
  const [action, setAction] = useState('');
  const agent = query.value.get('agent') ?? '';
  const all = plugins.value?.entities;
  const shown = (all ?? []).filter((one) => isMatch(one, { text, action, agent }));

  return (
    <main>
      <div class="bar">
        <h1>Plugins</h1>
        <fieldset class="chips" aria-label="Show plugins that">
          {ACTIONS.map((one) => (
            <button key={one} type="button" aria-pressed={one === action} onClick={() => setAction(one)}>
              {one === '' ? 'All' : actionWord(one)}
            </button>
          ))}
        </fieldset>
        <input
          type="search"
          aria-label="Search plugins"
          placeholder="Name, format, modality"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <span class="dim" role="status">
          {all === undefined ? '' : plural(shown.length, 'plugin')}
        </span>
        {agent === '' ? null : (
          <button type="button" onClick={() => go('/plugins')}>
            Of {agent} only: show all
          </button>
        )}
      </div>
      {plugins.error === undefined ? null : <Problem error={plugins.error} retry={plugins.reload} />}
      {all === undefined ? (
        plugins.error === undefined ? (
          <Loading />
        ) : null
      ) : all.length === 0 ? (
        <Empty title="No plugin yet">
          Agents bring their plugins along: see <Link to="/agents">Agents</Link> whether one has connected.
        </Empty>
      ) : shown.length === 0 ? (
        <Empty title="No plugin is like that">
          An own one is a folder with a manifest and a program: docs/guides/write-a-plugin.md.
        </Empty>
      ) : (
        <ul class="plugins">
          {shown.map((plugin) => (
            <PluginCard
              key={plugin.name}
              plugin={plugin}
              mayTest={me.value?.isAdmin === true}
              tested={(agentId, outcome) =>
                plugins.set((before) => before && withTest(before.entities, plugin.name, agentId, outcome))
              }
            />
          ))}
        </ul>
      )}
      <ScriptHint>
        A Python script becomes a plugin when it is put into the scripts folder of an agent.
      </ScriptHint>
    </main>
  );
}
