/**
 * What stands in the lists of a project that was laid out for an export: one item a line of `items.ndjson`, one
 * episode a line of `episodes.ndjson`, in the platform's order. Paths are relative to the project folder.
 */

export interface ListedItem {
  dataset: string;
  name: string;
  /** Its bytes, of whatever kind; absent where it is a link. */
  image?: string;
  /** Absent in an episode. */
  ann?: string;
  link?: string;
  width?: number;
  height?: number;
  meta?: unknown;
  /** Pictures beside a point cloud; `figures`: the file of what is drawn on it. */
  related?: { name: string; file: string; meta: Record<string, unknown>; figures?: string }[];
  /** Geometries that are files, by the key of their figure. */
  geometries?: { key: string; geometryType: string; file: string }[];
}

export interface ListedEpisode {
  dataset: string;
  ann: string;
  /** Frame -> name of its point cloud. */
  frames: string;
}
