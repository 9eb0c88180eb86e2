/** A volume as it is shown. Index axes i, j, k are called x, y, z; x varies fastest in most files. */
export type Voxels =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

export interface Volume {
  size: [x: number, y: number, z: number];
  /** The voxel (x, y, z) is at x * stride[0] + y * stride[1] + z * stride[2]. */
  voxels: Voxels;
  stride: [x: number, y: number, z: number];
  /** Value = stored * slope + intercept. */
  slope: number;
  intercept: number;
  /** Row-major 4 x 4: index to millimetres, RAS. */
  toWorld: number[];
  /** Channels or times of the file; the first is shown. */
  layers: number;
  /** Values between which nearly all are, for a first window. */
  inner: [low: number, high: number];
}

/** A mask in space, cropped to what is set of it. */
export interface Mask3d {
  /** Of the grid it was stored in. */
  gridSize: [x: number, y: number, z: number];
  toWorld: number[] | undefined;
  /** The crop in that grid. */
  origin: [x: number, y: number, z: number];
  size: [x: number, y: number, z: number];
  /** 0 or 1, x fastest. */
  set: Uint8Array;
}
