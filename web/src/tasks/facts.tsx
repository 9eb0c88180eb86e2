/** Where a task ran and what came of it. */
import type { ComponentChildren } from 'preact';
import { now } from '../now.ts';
import type { TaskView } from '../shapes.ts';
import { ago, when } from '../words.ts';

export function Facts(props: { task: TaskView }) {
  const { task } = props;
  const { spec, result } = task;
  return (
    <dl class="facts">
      {result?.projectName === undefined ? null : <Fact name="Project">{result.projectName}</Fact>}
      {result?.archiveName === undefined ? null : <Fact name="Archive">{result.archiveName}</Fact>}
      <Fact name="Plugin">
        {task.plugin ?? 'to be detected'}
        {task.because === null ? null : <span class="dim"> - {task.because}</span>}
      </Fact>
      <Fact name="Agent">{task.agentName ?? 'none yet'}</Fact>
      <Fact name="Attempt">{String(task.attempt)}</Fact>
      <Fact name="Created">
        <span title={when(task.createdAt)}>{ago(task.createdAt, now.value)}</span>
      </Fact>
      {result?.sha256 === undefined ? null : (
        <Fact name="SHA-256">
          <code>{result.sha256}</code>
        </Fact>
      )}
      {spec.action === 'import' && spec.dryRun === true ? (
        <Fact name="Dry run">nothing is published</Fact>
      ) : null}
    </dl>
  );
}

export function Fact(props: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
