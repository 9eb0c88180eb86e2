/** A task row as the rest of the platform sees it. Pure. */
import type { FailureInfo } from '../../lib/errors.ts';
import type { Progress, TaskResult, TaskSpec } from '../../protocol/task.ts';
import type { TaskHistoryEntry, TaskView } from '../ports/tasks.ts';
import type { NamedTaskRow, TaskReader } from './task-reader.ts';

/** Files of a browser upload that a list or a message to the page carries. */
const FILES_SHOWN = 100;

export interface ViewFacts {
  progress: Progress | null;
  waitingBecause: string | null;
}

export function toTaskView(row: NamedTaskRow, facts: ViewFacts): TaskView {
  return {
    id: row.id,
    key: row.key,
    title: row.title,
    state: row.state,
    attempt: row.attempt,
    priority: row.priority,
    spec: JSON.parse(row.spec) as TaskSpec,
    plugin: row.plugin ?? row.wanted_plugin,
    because: row.because,
    workspaceId: row.workspace_id,
    teamId: row.team_id,
    agentId: row.agent_id,
    agentName: row.agent_name,
    progress: facts.progress,
    failure: row.failure === null ? null : (JSON.parse(row.failure) as FailureInfo),
    result: row.result === null ? null : (JSON.parse(row.result) as TaskResult),
    waitingBecause: facts.waitingBecause,
    createdAt: iso(row.created_at),
    updatedAt: iso(row.updated_at),
    startedAt: row.started_at === null ? null : iso(row.started_at),
    endedAt: row.ended_at === null ? null : iso(row.ended_at),
  };
}

/** The same without the tail of a long file list: a hundred thousand names are no part of a list of tasks. */
export function shortened(view: TaskView): TaskView {
  const { spec } = view;
  if (spec.action !== 'import' || spec.source.kind !== 'blobs' || spec.source.files.length <= FILES_SHOWN)
    return view;
  const source = { ...spec.source, files: spec.source.files.slice(0, FILES_SHOWN) };
  return { ...view, spec: { ...spec, source } };
}

export function toHistoryEntry(row: Awaited<ReturnType<TaskReader['history']>>[number]): TaskHistoryEntry {
  return {
    attempt: row.attempt,
    state: row.state,
    at: iso(row.at),
    agentName: row.agent_name,
    failure: row.failure === null ? null : (JSON.parse(row.failure) as FailureInfo),
  };
}

const iso = (at: number): string => new Date(at).toISOString();
