/** A cloud as it is shown: points of the file in its order, at most a given number of them, spread evenly. */
export interface Cloud {
  /** Points the file announces, those it has, and those of them that were looked at and have no place (NaN). */
  declared: number;
  present: number;
  placeless: number;
  /** Number in the file of each shown point, ascending. */
  index: Uint32Array;
  /** x, y, z of each shown point, less `origin`: a float cannot tell apart places far from zero. */
  positions: Float32Array;
  origin: [x: number, y: number, z: number];
  /** Red, green, blue of each. */
  rgb: Uint8Array | undefined;
  intensity: Float32Array | undefined;
}

export const shownPoints = (cloud: Cloud): number => cloud.index.length;
