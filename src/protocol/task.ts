/** What a task is, in the words agent and platform share. */
import { type Static, Type } from 'typebox';
import { DetectionSchema } from './plugin.ts';
import { PROJECT_TYPES, type ProjectType } from './project-type.ts';
import { RunSummarySchema } from './run-record.ts';
import { TASK_STATES } from './task-state.ts';

export const TaskStateSchema = Type.Enum([...TASK_STATES]);

export const Sha256Schema = Type.String({ pattern: '^[0-9a-f]{64}$' });

export { PROJECT_TYPES, type ProjectType };
export const ProjectTypeSchema = Type.Enum([...PROJECT_TYPES]);

/** What to do when an item of the same name is already in the dataset. */
export const ConflictPolicySchema = Type.Enum(['rename', 'skip', 'replace', 'fail']);
export type ConflictPolicy = Static<typeof ConflictPolicySchema>;

export const SourceSchema = Type.Union([
  /** Below the agent's upload folder; the only kind the platform may name. */
  Type.Object({ kind: Type.Literal('upload'), path: Type.String({ minLength: 1 }) }),
  /** Any folder or file of the agent's machine; only a local operator may name it (control socket). */
  Type.Object({ kind: Type.Literal('path'), path: Type.String({ minLength: 1 }) }),
  /** A project of the platform, which copies it itself: never offered to an agent, never taken from one. */
  Type.Object({ kind: Type.Literal('project'), projectId: Type.Integer({ minimum: 1 }) }),
  /** Files the platform holds as blobs, for example from the browser. */
  Type.Object({
    kind: Type.Literal('blobs'),
    files: Type.Array(
      Type.Object({
        path: Type.String({ minLength: 1 }),
        sha256: Sha256Schema,
        size: Type.Integer({ minimum: 0 }),
      }),
    ),
  }),
]);
export type TaskSource = Static<typeof SourceSchema>;

export const ImportSpecSchema = Type.Object({
  action: Type.Literal('import'),
  source: SourceSchema,
  /** Plugin name; absent = detect the format. */
  plugin: Type.Optional(Type.String()),
  options: Type.Record(Type.String(), Type.Unknown()),
  /** Wanted project name; a taken one gets a free suffix. */
  projectName: Type.String({ minLength: 1 }),
  /** Add to this project instead of making a new one. */
  appendToProjectId: Type.Optional(Type.Integer()),
  workspaceId: Type.Optional(Type.Integer()),
  conflict: ConflictPolicySchema,
  /** Detect, convert, count and report, but publish nothing. */
  dryRun: Type.Optional(Type.Boolean()),
});
export type ImportSpec = Static<typeof ImportSpecSchema>;

export const ExportSpecSchema = Type.Object({
  action: Type.Literal('export'),
  projectId: Type.Integer(),
  /** Only these datasets; absent = all. */
  datasetIds: Type.Optional(Type.Array(Type.Integer())),
  plugin: Type.String({ minLength: 1 }),
  options: Type.Record(Type.String(), Type.Unknown()),
});
export type ExportSpec = Static<typeof ExportSpecSchema>;

export const TaskSpecSchema = Type.Union([ImportSpecSchema, ExportSpecSchema]);
export type TaskSpec = Static<typeof TaskSpecSchema>;

export const TaskSchema = Type.Object({
  /** UUID; the task's identity on every side. */
  key: Type.String({ minLength: 1 }),
  title: Type.String(),
  priority: Type.Integer(),
  /** ISO-8601 UTC with ms. */
  createdAt: Type.String(),
  spec: TaskSpecSchema,
});
export type Task = Static<typeof TaskSchema>;

export const FailureSchema = Type.Object({
  code: Type.String(),
  title: Type.String(),
  detail: Type.String(),
  hint: Type.Optional(Type.String()),
  retryable: Type.Boolean(),
  file: Type.Optional(Type.String()),
});

/** Every file of a source is in exactly one of ok, skipped, failed: in = ok + skipped + failed. */
export const CountsSchema = Type.Object({
  /** Files in the source (import), items in the project (export). */
  files: Type.Integer(),
  ok: Type.Integer(),
  skipped: Type.Integer(),
  failed: Type.Integer(),
  /** Items published (import) or written (export); a file may give several items, or none (annotations). */
  items: Type.Integer(),
  /** Problems that did not lose a file: single annotations, options without effect. */
  warnings: Type.Integer(),
  bytes: Type.Integer(),
});
export type Counts = Static<typeof CountsSchema>;

const PreviewRowsSchema = Type.Array(
  Type.Object({
    name: Type.String(),
    /** Shape of a class, value type of a tag. */
    kind: Type.Optional(Type.String()),
    /** Of a class or tag, `#RRGGBB`. */
    color: Type.Optional(Type.String()),
    /** Items of a dataset, labels of a class (in everything but images: objects), uses of a tag. */
    count: Type.Integer({ minimum: 0 }),
  }),
);
export const PreviewSchema = Type.Object({
  datasets: PreviewRowsSchema,
  classes: PreviewRowsSchema,
  tags: PreviewRowsSchema,
  /** Of all objects; of everything but images. */
  figures: Type.Optional(Type.Integer({ minimum: 0 })),
});
export type Preview = Static<typeof PreviewSchema>;

export const ResultSchema = Type.Object({
  counts: CountsSchema,
  /** Import: the project. */
  projectId: Type.Optional(Type.Integer()),
  projectName: Type.Optional(Type.String()),
  /** Export: the archive. */
  archiveId: Type.Optional(Type.Integer()),
  archiveName: Type.Optional(Type.String()),
  size: Type.Optional(Type.Integer()),
  sha256: Type.Optional(Type.String()),
  /** Path on the platform, for example `/projects/12` or `/archives/3/name.tar`. */
  link: Type.Optional(Type.String()),
  plugin: Type.Optional(Type.String()),
  /** Why this plugin (detection), in one sentence. */
  because: Type.Optional(Type.String()),
  /** Dry run: what the project would have, the most frequent first. */
  preview: Type.Optional(PreviewSchema),
  /** Dry run: the blob with some items to look at (preview.ts). */
  samples: Type.Optional(Type.Object({ sha256: Sha256Schema, size: Type.Integer({ minimum: 0 }) })),
  /** Dry run whose format was to be found: what each plugin said, also when the task failed for want of one. */
  detection: Type.Optional(DetectionSchema),
  /** What the plugin ran as, and the most it used. */
  run: Type.Optional(RunSummarySchema),
});
export type TaskResult = Static<typeof ResultSchema>;

/** One line of a task's per-file report. Files without a line are ok. */
export const ReportLineSchema = Type.Object({
  status: Type.Enum(['ok', 'skipped', 'failed', 'warning']),
  /** Path relative to the source; absent when it is about the task as a whole. */
  file: Type.Optional(Type.String()),
  /** Line number, JSON path or frame inside the file. */
  place: Type.Optional(Type.String()),
  code: Type.String(),
  message: Type.String(),
  hint: Type.Optional(Type.String()),
});
export type ReportLine = Static<typeof ReportLineSchema>;

export const ProgressSchema = Type.Object({
  phase: Type.String(),
  items: Type.Optional(Type.Object({ done: Type.Number(), total: Type.Optional(Type.Number()) })),
  bytes: Type.Optional(Type.Object({ done: Type.Number(), total: Type.Optional(Type.Number()) })),
});
export type Progress = Static<typeof ProgressSchema>;
