/** Where a plugin is: the bytes each agent runs for it, and its self-test there. */
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { now } from '../now.ts';
import { Pill, Problem } from '../parts/bits.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { digestWords } from '../tasks/usage.ts';
import { ago, plural, when } from '../words.ts';
import type { Plugin } from './plugin.ts';

type At = Plugin['agents'][number];

export function PluginAgents(props: {
  plugin: Plugin;
  mayTest: boolean;
  tested(agentId: number, outcome: NonNullable<At['tested']>): void;
}) {
  const { plugin, mayTest, tested } = props;
  return (
    <ScrollBox label={`Agents with ${plugin.title}`}>
      <table class="plugin-agents">
        <thead>
          <tr>
            <th>Agent</th>
            <th>Digest</th>
            <th>Self-test</th>
          </tr>
        </thead>
        <tbody>
          {plugin.agents.map((at) => (
            <tr key={at.id}>
              <td>
                {at.name} {at.connected ? null : <Pill tone="quiet">Offline</Pill>}
              </td>
              <td class="digest">
                {at.digest === null ? (
                  <span class="dim">not told by its agent</span>
                ) : (
                  <>
                    <code>{at.digest}</code>{' '}
                    <span class="dim">
                      {plugin.script === null ? digestWords(at.digestOf) : 'of the script'}
                    </span>
                  </>
                )}
              </td>
              <td>
                <SelfTestCell
                  plugin={plugin}
                  at={at}
                  mayTest={mayTest}
                  done={(outcome) => tested(at.id, outcome)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function SelfTestCell(props: {
  plugin: Plugin;
  at: At;
  mayTest: boolean;
  done(outcome: NonNullable<At['tested']>): void;
}) {
  const { plugin, at, mayTest, done } = props;
  const action = useAction();
  const test = (): Promise<boolean> =>
    action.run(async () => done(await call('plugins.test', { agentId: at.id, plugin: plugin.name })));
  return (
    <div class="self-test">
      <div role="status">{action.busy ? 'Running its sample ...' : <LastTest tested={at.tested} />}</div>
      {mayTest && at.canTest ? (
        <button
          type="button"
          disabled={action.busy || !at.connected}
          aria-label={`Test ${plugin.title} on ${at.name}`}
          title="Runs its own small sample as a task would, and publishes nothing"
          onClick={() => void test()}
        >
          Test
        </button>
      ) : null}
      {action.error === undefined ? null : <Problem error={action.error} />}
    </div>
  );
}

function LastTest({ tested }: { tested: At['tested'] }) {
  if (tested === null) return <span class="dim">never run</span>;
  const { state, at, ms, steps, failure, version } = tested;
  const did = steps
    .map(({ name, items }) => (items === undefined ? name : `${name} of ${plural(items, 'item')}`))
    .join(', ');
  return (
    <>
      <Pill tone={state === 'ok' ? 'good' : 'bad'}>{state === 'ok' ? 'Ok' : 'Failed'}</Pill>{' '}
      <span title={when(at)}>{ago(at, now.value)}</span>, {(ms / 1000).toFixed(1)} s, version {version}
      <div class="dim">{did}</div>
      {failure === undefined ? null : (
        <div class="why bad">
          {failure.title}: {failure.detail} {failure.hint}
        </div>
      )}
    </>
  );
}
