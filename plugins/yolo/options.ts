/** The options of plugin.json as types. The host completed and checked them. */
import type { ObbAs } from './classes.ts';
import type { DatasetMode } from './find-splits.ts';
import type { Task } from './line-shape.ts';

export interface ImportOptions {
  datasets: DatasetMode;
  task: Task | 'auto';
  obb: ObbAs;
  hiddenKeypoints: boolean;
  keypointBoxes: boolean;
}

export function importOptions(raw: Readonly<Record<string, unknown>>): ImportOptions {
  return {
    datasets: raw.datasets === 'folder' || raw.datasets === 'one' ? raw.datasets : 'split',
    task: taskOf(raw.task),
    obb: raw.obb === 'oriented_bbox' ? 'oriented_bbox' : 'polygon',
    hiddenKeypoints: raw.hidden_keypoints !== false,
    keypointBoxes: raw.keypoint_boxes !== false,
  };
}

export interface ExportOptions {
  task: Task | 'auto';
  valFraction: number;
  joinParts: boolean;
  onlyAnnotations: boolean;
  onlyAnnotated: boolean;
}

export function exportOptions(raw: Readonly<Record<string, unknown>>): ExportOptions {
  return {
    task: taskOf(raw.task),
    valFraction: typeof raw.val_fraction === 'number' ? raw.val_fraction : 0.2,
    joinParts: raw.parts === 'joined',
    onlyAnnotations: raw.only_annotations === true,
    onlyAnnotated: raw.only_annotated === true,
  };
}

function taskOf(value: unknown): Task | 'auto' {
  return value === 'detect' || value === 'segment' || value === 'pose' || value === 'obb' ? value : 'auto';
}
