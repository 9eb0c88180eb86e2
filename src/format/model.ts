/**
 * The Supervisely Format for images as TypeScript sees it. The JSON of a file IS the model: what is read
 * keeps every key this program does not know, and writing is `JSON.stringify`. Points are `[x, y]` =
 * `[column, row]`, origin top left, in pixel indices (integers; right and bottom of a rectangle are inclusive).
 */
import type { ProjectType } from '../protocol/task.ts';

export type Point = [x: number, y: number];
export type Ring = Point[];

/** `exterior` and its holes. Rings are not repeated at the end. */
export interface Points {
  exterior: Ring;
  interior: Ring[];
}

export interface BitmapJson {
  /** Left top pixel of the crop in the image. */
  origin: Point;
  /** base64(zlib(PNG)). */
  data: string;
}

/** Geometries by the name both `geometryType` and `shape` carry. */
export type Geometry =
  | { geometryType: 'point' | 'rectangle' | 'line' | 'polygon'; points: Points }
  | { geometryType: 'multipolygon'; parts: Points[] }
  /** `[[left, top], [right, bottom]]` turned by `angle` radians (clockwise) about its centre. */
  | { geometryType: 'oriented_bbox'; points: [Point, Point]; angle: number }
  | { geometryType: 'bitmap' | 'alpha_mask'; bitmap: BitmapJson }
  | { geometryType: 'multichannelBitmap'; multichannelBitmap: BitmapJson }
  | { geometryType: 'graph'; nodes: Record<string, GraphNode> }
  | { geometryType: 'cuboid_2d'; vertices: Record<string, { loc: Point }> }
  | { geometryType: 'cuboid'; points: Point[]; faces: number[][] };

export type GeometryType = Geometry['geometryType'];

export interface GraphNode {
  loc: Point;
  /** Occluded or not visible. */
  disabled?: boolean;
}

export const GEOMETRY_TYPES = [
  'point',
  'rectangle',
  'line',
  'polygon',
  'multipolygon',
  'oriented_bbox',
  'bitmap',
  'alpha_mask',
  'multichannelBitmap',
  'graph',
  'cuboid_2d',
  'cuboid',
] as const satisfies readonly GeometryType[];

/** A class may also be `any` (each object says its own), or a shape of another modality, kept as it is. */
export type Shape = GeometryType | 'any' | (string & {});

export const TAG_VALUE_TYPES = ['none', 'any_number', 'any_string', 'oneof_string', 'date'] as const;
export type TagValueType = (typeof TAG_VALUE_TYPES)[number];

export interface ClassMeta {
  title: string;
  shape: Shape;
  /** `#RRGGBB`. */
  color: string;
  /** Template of a graph, else `{}`. */
  geometry_config: Record<string, unknown>;
  description?: string;
  hotkey?: string;
  id?: number;
  [key: string]: unknown;
}

export interface TagMeta {
  name: string;
  value_type: TagValueType;
  /** Only with `oneof_string`. */
  values?: string[];
  color: string;
  applicable_type?: 'all' | 'imagesOnly' | 'objectsOnly';
  /** Titles of the classes it is restricted to; empty = all. */
  classes?: string[];
  target_type?: 'all' | 'framesOnly' | 'entitiesOnly';
  hotkey?: string;
  id?: number;
  [key: string]: unknown;
}

export interface ProjectMeta {
  classes: ClassMeta[];
  tags: TagMeta[];
  projectType?: ProjectType;
  projectSettings?: Record<string, unknown>;
  [key: string]: unknown;
}

export interface Tag {
  name: string;
  /** Absent or null for `none`. */
  value?: string | number | null;
  [key: string]: unknown;
}

/** A class as somebody asks for it: what is left out is filled in (a colour of its own, an empty template). */
export interface WantedClass {
  title: string;
  shape: Shape;
  color?: string;
  geometry_config?: Record<string, unknown>;
  [key: string]: unknown;
}

export interface WantedTag {
  name: string;
  value_type: TagValueType;
  values?: string[];
  color?: string;
  applicable_type?: 'all' | 'imagesOnly' | 'objectsOnly';
  classes?: string[];
  [key: string]: unknown;
}

/** Old title or name -> the one in use, for those that differ. */
export interface Renames {
  classes: ReadonlyMap<string, string>;
  tags: ReadonlyMap<string, string>;
}

interface LabelFields {
  classTitle: string;
  /** Same text as `geometryType`. */
  shape?: string;
  tags: Tag[];
  description?: string;
  /** Labels with the same key are one object. */
  instance?: string | null;
  nnCreated?: boolean;
  nnUpdated?: boolean;
  [key: string]: unknown;
}

export type Label = LabelFields & Geometry;

/** An object whose geometry this program does not know; carried, never touched. */
export type OpaqueLabel = LabelFields & { geometryType: string };

export interface ImageAnnotation {
  description: string;
  size: { height: number; width: number };
  tags: Tag[];
  objects: (Label | OpaqueLabel)[];
  [key: string]: unknown;
}

/** Something a file says that it should not; `fatal` lost the whole file, otherwise only the named part. */
export interface FormatProblem {
  severity: 'fatal' | 'dropped' | 'warning';
  /** JSON path inside the file, for example `objects[3].points.exterior`. */
  place: string;
  code: 'SLY_FORMAT_JSON' | 'SLY_FORMAT_INVALID';
  /** Expected and got, with the value. */
  message: string;
  hint?: string;
}
