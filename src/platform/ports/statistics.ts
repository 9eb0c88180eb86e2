/** What `statistics/` gives the others: numbers of a whole project. */
import type { ProjectRow } from '../store/repositories/projects.ts';

/** Numbers of a whole project. Names are as annotations have them: a class without objects is not among them. */
export interface Statistics {
  items: number;
  /** With an object or a tag. */
  annotated: number;
  objects: number;
  /** What is drawn of the objects on frames, slices and clouds; on images the same as the objects. */
  figures: number;
  /** Of videos; `labelled` have figures. */
  frames: { total: number; labelled: number } | null;
  /** `share`: mean share of the image (0..1), over the images where it was measured; null where it never was. */
  classes: { title: string; objects: number; figures: number; items: number; share: number | null }[];
  tags: { name: string; items: number; objects: number }[];
  /** Both ends inclusive; `to` null = and more. */
  /** Of a point cloud its figures. */
  objectsPerItem: { from: number; to: number | null; items: number }[];
  /** Of videos: whole seconds, begun ones included. */
  lengths: { from: number; to: number | null; items: number }[];
  /** The most frequent ones; 0 x 0 = not known. `depth` is of volumes. */
  sizes: { width: number; height: number; depth: number | null; items: number }[];
  /** Items of sizes that are not listed. */
  otherSizes: number;
  everyMaskMeasured: boolean;
}

export interface StatisticsState {
  state: 'counting' | 'ready' | 'failed';
  /** Items. */
  done: number;
  total: number;
  statistics: Statistics | null;
  reason?: string;
}

export interface ProjectStatistics {
  /** Answers at once; counts in the background where it has to. */
  of(project: ProjectRow): StatisticsState;
}
