/** What the task was asked for, and the options its plugin really used. */

import type { Plugin } from '../agents/plugin.ts';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { Command } from '../parts/copy-text.tsx';
import { Link } from '../router.tsx';
import type { TaskView } from '../shapes.ts';
import { bytes, count, plural } from '../words.ts';
import { Fact } from './facts.tsx';
import { usedOptions } from './used-options.ts';

const MOST_FILES = 100;

const CONFLICTS: Record<string, string> = {
  rename: 'a taken name gets a new one',
  skip: 'items with a taken name are left out',
  replace: 'items with a taken name are replaced',
  fail: 'a taken name ends the task',
};

export function Inputs(props: { task: TaskView }) {
  const { task } = props;
  const { spec } = task;
  const plugins = useLoaded<{ entities: Plugin[] }>((signal) => call('plugins.list', {}, signal), 'plugins');
  const manifest = plugins.value?.entities.find((one) => one.name === task.plugin);
  const options = usedOptions(spec.options, manifest?.options?.[spec.action]);
  return (
    <section class="inputs" aria-label="Inputs and options">
      <h2>Inputs and options</h2>
      <dl class="facts">
        <Fact name="Action">
          {spec.action === 'import'
            ? 'Import'
            : manifest?.script?.download === false
              ? 'Run a script'
              : 'Download'}
        </Fact>
        <Fact name="Source">
          <SourceWord task={task} />
        </Fact>
        {spec.action === 'import' ? (
          <>
            <Fact name="Into">
              {spec.appendToProjectId === undefined ? (
                `new project "${spec.projectName}"`
              ) : (
                <Link to={`/projects/${spec.appendToProjectId}`}>project {spec.appendToProjectId}</Link>
              )}
            </Fact>
            <Fact name="Name conflict">{CONFLICTS[spec.conflict] ?? spec.conflict}</Fact>
          </>
        ) : null}
        <Fact name="Plugin">
          {task.plugin ?? 'to be detected'}
          {spec.plugin === undefined && task.plugin !== null ? <span class="dim"> - detected</span> : null}
        </Fact>
      </dl>
      {options.length === 0 ? (
        <p class="dim">The plugin has no options, or none was set.</p>
      ) : (
        <div class="scroll">
          <table class="options">
            <thead>
              <tr>
                <th>Option</th>
                <th>Value</th>
                <th>From</th>
              </tr>
            </thead>
            <tbody>
              {options.map((one) => (
                <tr key={one.name}>
                  <td title={one.name}>{one.title}</td>
                  <td>
                    <code>{one.value}</code>
                  </td>
                  <td class="dim">{one.isSet ? 'the request' : 'default'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <details class="spec">
        <summary>The request as JSON</summary>
        <Command text={requestText(spec)} />
      </details>
    </section>
  );
}

function SourceWord(props: { task: TaskView }) {
  const { spec } = props.task;
  if (spec.action === 'export') {
    const of = spec.datasetIds;
    return (
      <>
        <Link to={`/projects/${spec.projectId}`}>project {spec.projectId}</Link>
        {of === undefined ? ', all datasets' : `, ${plural(of.length, 'dataset')}`}
      </>
    );
  }
  if (spec.source.kind === 'project') {
    const { projectId } = spec.source;
    return <Link to={`/projects/${projectId}`}>a copy of project {projectId}</Link>;
  }
  if (spec.source.kind !== 'blobs') return <code>{spec.source.path}</code>;
  const { files } = spec.source;
  const size = files.reduce((sum, one) => sum + one.size, 0);
  return (
    <>
      browser upload, {count(files.length)} {files.length === 1 ? 'file' : 'files'}, {bytes(size)}
    </>
  );
}

/** An upload may have a hundred thousand files: some of them are enough here. */
function requestText(spec: TaskView['spec']): string {
  if (spec.action === 'export' || spec.source.kind !== 'blobs' || spec.source.files.length <= MOST_FILES)
    return JSON.stringify(spec, null, 2);
  const { files } = spec.source;
  const some = { ...spec, source: { ...spec.source, files: files.slice(0, MOST_FILES) } };
  return `${JSON.stringify(some, null, 2)}\n... and ${count(files.length - MOST_FILES)} more files`;
}
