/** What the API answers, as the page uses it. Types only: nothing of the server is bundled. */
import type { ImageAnnotation } from '../../src/format/model.ts';
import type { AgentView, SupportBundle } from '../../src/platform/ports/agents.ts';
import type { GarbagePreview } from '../../src/platform/ports/keeping.ts';
import type { Statistics, StatisticsState } from '../../src/platform/ports/statistics.ts';
import type { TaskEvent, TaskHistoryEntry, TaskView } from '../../src/platform/ports/tasks.ts';
import type { Machine } from '../../src/protocol/machine.ts';
import type { Manifest } from '../../src/protocol/plugin.ts';
import type {
  AgentSettings,
  CleanUpPlan,
  CleanUpResult,
  DoctorState,
  FolderState,
  RetentionTable,
} from '../../src/protocol/questions.ts';
import type { Counts, ReportLine } from '../../src/protocol/task.ts';
import type { TaskState } from '../../src/protocol/task-state.ts';

export type {
  AgentSettings,
  CleanUpPlan,
  CleanUpResult,
  Counts,
  DoctorState,
  FolderState,
  GarbagePreview,
  ImageAnnotation,
  Machine,
  Manifest,
  ReportLine,
  RetentionTable,
  Statistics,
  StatisticsState,
  SupportBundle,
  TaskEvent,
  TaskHistoryEntry,
  TaskState,
  TaskView,
};

export type Agent = Omit<AgentView, 'plugins'> & { plugins: string[] };

export interface Project {
  id: number;
  workspaceId: number;
  teamId: number;
  name: string;
  type: string;
  description: string;
  itemsCount: number;
  datasetsCount: number;
  size: number;
  createdAt: string;
  updatedAt: string;
}

export interface Dataset {
  id: number;
  parentId: number | null;
  name: string;
  path: string;
  itemsCount: number;
  size: number;
}

/** What every kind of item has. */
export interface Item {
  id: number;
  name: string;
  datasetId: number;
  link: string | null;
}

export interface Image extends Item {
  width: number | null;
  height: number | null;
  size: number;
  mime: string | null;
}

/** `fileMeta` is empty when the bytes are elsewhere. */
export interface Video extends Item {
  fileMeta: {
    codecName?: string;
    width?: number;
    height?: number;
    framesCount?: number;
    /** Seconds, one a frame; null for millions of frames. */
    framesToTimecodes?: number[] | null;
    duration?: number;
    size?: number;
    mime?: string | null;
  };
}

export interface ClassMeta {
  id?: number;
  title: string;
  color: string;
  shape: string;
  geometry_config?: Record<string, unknown>;
}

export interface TagMeta {
  id?: number;
  name: string;
  color: string;
  applicable_type?: string;
}

export interface Page<T> {
  total: number;
  pagesCount: number;
  entities: T[];
}

/** What lists of objects show, whatever they are on. */
export interface Labelled {
  objects: readonly { classTitle: string; geometryType: string; tags: readonly object[] }[];
}

export interface AnnotationOf {
  imageId: number;
  annotation: ImageAnnotation;
}
