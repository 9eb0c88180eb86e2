/** How it is imported: format and its options, where to, what with names that are taken. */

import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { Problem } from '../parts/bits.tsx';
import { OptionsForm } from '../parts/options-form.tsx';
import type { Manifest, Page, Project, TaskView } from '../shapes.ts';
import { plural } from '../words.ts';
import { choices, type ImportChoices, type Source, sourceName } from './chosen-source.ts';

const CONFLICTS: [string, string][] = [
  ['rename', 'give it a new name'],
  ['skip', 'keep the one that is there'],
  ['replace', 'replace the one that is there'],
  ['fail', 'stop the import'],
];

export function ImportForm(props: {
  source: Source | undefined;
  plugins: readonly Manifest[];
  /** Of the last dry run. */
  looked: TaskView | undefined;
  busy: boolean;
  failed: Error | undefined;
  start(dryRun: boolean): void;
}) {
  const { source, plugins, looked, busy, failed, start } = props;
  const { plugin, options, projectName, projectId, conflict } = choices.value;
  const change = (changes: Partial<ImportChoices>): void => {
    choices.value = { ...choices.value, ...changes };
  };
  const importers = plugins.filter((one) => one.actions.includes('import'));
  const detected = looked?.state === 'succeeded' ? looked.plugin : null;
  const inForce = importers.find((one) => one.name === (plugin === '' ? detected : plugin));
  const titleOf = (name: string): string => importers.find((one) => one.name === name)?.title ?? name;
  return (
    <aside class="panel import-form">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start(false);
        }}
      >
        <h2 class="path">{source === undefined ? 'Choose a folder or an archive' : sourceName(source)}</h2>
        <label>
          <span>Format</span>
          <select
            value={plugin}
            onChange={(event) => change({ plugin: event.currentTarget.value, options: {} })}
          >
            <option value="">{detected === null ? 'Detect it' : `${titleOf(detected)} (detected)`}</option>
            {importers.map((one) => (
              <option key={one.name} value={one.name}>
                {one.title}
              </option>
            ))}
          </select>
        </label>
        <Target
          projectId={projectId}
          name={projectName}
          modalities={inForce?.modalities}
          placeholder={source === undefined ? 'as the source' : nameOf(sourceName(source))}
          change={change}
        />
        <label>
          <span>When an item's name is taken</span>
          <select value={conflict} onChange={(event) => change({ conflict: event.currentTarget.value })}>
            {CONFLICTS.map(([value, word]) => (
              <option key={value} value={value}>
                {word}
              </option>
            ))}
          </select>
        </label>
        {inForce?.options?.import === undefined ? null : (
          <details>
            <summary>Options of {inForce.title}</summary>
            <OptionsForm
              schema={inForce.options.import}
              value={options}
              onChange={(value) => change({ options: value })}
            />
          </details>
        )}
        {failed === undefined ? null : <Problem error={failed} />}
        <div class="pair">
          <button type="button" disabled={source === undefined || busy} onClick={() => start(true)}>
            Dry run
          </button>
          <button type="submit" class="primary" disabled={source === undefined || busy}>
            Import
          </button>
        </div>
        <small>A dry run reads and counts everything and publishes nothing.</small>
      </form>
    </aside>
  );
}

function Target(props: {
  projectId: number | undefined;
  name: string;
  modalities: readonly string[] | undefined;
  placeholder: string;
  change(changes: Partial<ImportChoices>): void;
}) {
  const { projectId, name, modalities, placeholder, change } = props;
  const projects = useLoaded<Page<Project>>(
    (signal) =>
      call('projects.list', { filter: [], sort: 'id', sort_order: 'desc', page: 1, per_page: 200 }, signal),
    'projects to add to',
  );
  const fitting = (projects.value?.entities ?? []).filter(
    (one) => modalities === undefined || modalities.includes(one.type),
  );
  return (
    <>
      <label>
        <span>Into</span>
        <select
          value={projectId === undefined ? '' : String(projectId)}
          onChange={(event) => {
            const { value } = event.currentTarget;
            change({ projectId: value === '' ? undefined : Number(value) });
          }}
        >
          <option value="">a new project</option>
          {fitting.map((one) => (
            <option key={one.id} value={String(one.id)}>
              {one.name} ({plural(one.itemsCount, 'item')})
            </option>
          ))}
        </select>
      </label>
      {projectId !== undefined ? null : (
        <label>
          <span>Project name</span>
          <input
            type="text"
            value={name}
            maxLength={200}
            placeholder={placeholder}
            onInput={(event) => change({ projectName: event.currentTarget.value })}
          />
        </label>
      )}
    </>
  );
}

/** As the platform names it: the last part, without the ending of an archive. */
function nameOf(path: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1);
  return base.replace(/\.(zip|tar|tgz|tar\.(gz|zst|bz2|xz))$/i, '') || base;
}
