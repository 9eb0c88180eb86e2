/** What the API answers, as the page uses it. Types only: nothing of the server is bundled. */
import type { ImageAnnotation } from '../../src/format/model.ts';
import type {
  AgentView,
  Statistics,
  StatisticsState,
  TaskEvent,
  TaskHistoryEntry,
  TaskView,
} from '../../src/platform/ports.ts';
import type { Manifest } from '../../src/protocol/plugin.ts';
import type { Counts, ReportLine } from '../../src/protocol/task.ts';
import type { TaskState } from '../../src/protocol/task-state.ts';

export type {
  Counts,
  ImageAnnotation,
  Manifest,
  ReportLine,
  Statistics,
  StatisticsState,
  TaskEvent,
  TaskHistoryEntry,
  TaskState,
  TaskView,
};

export type Agent = Omit<AgentView, 'plugins'> & { plugins: string[] };

export interface Project {
  id: number;
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

export interface Image {
  id: number;
  name: string;
  datasetId: number;
  projectId: number;
  width: number | null;
  height: number | null;
  size: number;
  mime: string | null;
  link: string | null;
  pathOriginal: string;
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

export interface AnnotationOf {
  imageId: number;
  annotation: ImageAnnotation;
}
