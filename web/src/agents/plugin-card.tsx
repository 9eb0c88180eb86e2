/** One plugin, with its options and what its format cannot carry folded away. */
import { Pill } from '../parts/bits.tsx';
import { plural } from '../words.ts';
import { actionWord, type Plugin, permissionWords } from './plugin.ts';
import { PluginAgents } from './plugin-agents.tsx';

export function PluginCard(props: {
  plugin: Plugin;
  mayTest: boolean;
  tested: Parameters<typeof PluginAgents>[0]['tested'];
}) {
  const { plugin } = props;
  const { losses = [] } = plugin;
  return (
    <li class="card plugin">
      <div class="bar">
        <strong>{plugin.title}</strong>
        <code>
          {plugin.name} {plugin.version}
        </code>
        {plugin.script === null ? (
          plugin.actions.map((action) => (
            <Pill key={action} tone="busy">
              {actionWord(action)}
            </Pill>
          ))
        ) : (
          <Pill tone="warn">{plugin.script.download ? 'Script, "Download as ..."' : 'Script'}</Pill>
        )}
      </div>
      <p>{plugin.description}</p>
      <dl class="facts narrow">
        {plugin.script === null ? null : (
          <div>
            <dt>File</dt>
            <dd>
              <code>{plugin.script.file}</code>
            </dd>
          </div>
        )}
        <div>
          <dt>Modalities</dt>
          <dd>{plugin.modalities.map((one) => one.replaceAll('_', ' ')).join(', ')}</dd>
        </div>
        {plugin.detectedBy === undefined ? null : (
          <div>
            <dt>Known by</dt>
            <dd>{plugin.detectedBy}</dd>
          </div>
        )}
        <div>
          <dt>Permissions</dt>
          <dd>{permissionWords(plugin).join(', ')}</dd>
        </div>
      </dl>
      <PluginAgents plugin={plugin} mayTest={props.mayTest} tested={props.tested} />
      <Options title="Options of import" schema={plugin.options?.import} />
      <Options title="Options of export" schema={plugin.options?.export} />
      {losses.length === 0 ? null : (
        <details>
          <summary>Cannot carry {plural(losses.length, 'feature')}</summary>
          <ul>
            {losses.map((loss) => (
              <li key={loss}>{loss}</li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

interface OptionSchema {
  title?: string;
  description?: string;
  default?: unknown;
}

function Options(props: { title: string; schema: Record<string, unknown> | undefined }) {
  const options = Object.entries((props.schema?.properties ?? {}) as Record<string, OptionSchema>);
  if (options.length === 0) return null;
  return (
    <details>
      <summary>
        {props.title} ({options.length})
      </summary>
      <dl>
        {options.map(([name, { title, description, default: usual }]) => (
          <div key={name}>
            <dt>
              <code>{name}</code> {title}
            </dt>
            <dd>
              {description} {usual === undefined ? null : <span class="dim">Default: {word(usual)}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

const word = (value: unknown): string =>
  value === '' ? 'empty' : typeof value === 'string' ? value : JSON.stringify(value);
