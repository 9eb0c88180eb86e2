/** Numbers as PLY and PCD store them. */
export interface Scalar {
  /** As PCD calls it: TYPE and SIZE. */
  type: 'I' | 'U' | 'F';
  size: 1 | 2 | 4 | 8;
  read(view: DataView, at: number, little: boolean): number;
  write(view: DataView, at: number, value: number): void;
}

const INT8: Scalar = {
  type: 'I',
  size: 1,
  read: (view, at) => view.getInt8(at),
  write: (view, at, value) => view.setInt8(at, value),
};
const UINT8: Scalar = {
  type: 'U',
  size: 1,
  read: (view, at) => view.getUint8(at),
  write: (view, at, value) => view.setUint8(at, value),
};
const INT16: Scalar = {
  type: 'I',
  size: 2,
  read: (view, at, little) => view.getInt16(at, little),
  write: (view, at, value) => view.setInt16(at, value, true),
};
const UINT16: Scalar = {
  type: 'U',
  size: 2,
  read: (view, at, little) => view.getUint16(at, little),
  write: (view, at, value) => view.setUint16(at, value, true),
};
const INT32: Scalar = {
  type: 'I',
  size: 4,
  read: (view, at, little) => view.getInt32(at, little),
  write: (view, at, value) => view.setInt32(at, value, true),
};
export const UINT32: Scalar = {
  type: 'U',
  size: 4,
  read: (view, at, little) => view.getUint32(at, little),
  write: (view, at, value) => view.setUint32(at, value, true),
};
export const FLOAT32: Scalar = {
  type: 'F',
  size: 4,
  read: (view, at, little) => view.getFloat32(at, little),
  write: (view, at, value) => view.setFloat32(at, value, true),
};
const FLOAT64: Scalar = {
  type: 'F',
  size: 8,
  read: (view, at, little) => view.getFloat64(at, little),
  write: (view, at, value) => view.setFloat64(at, value, true),
};

/** By their names in PLY. */
export const PLY_SCALARS: ReadonlyMap<string, Scalar> = new Map([
  ['char', INT8],
  ['int8', INT8],
  ['uchar', UINT8],
  ['uint8', UINT8],
  ['bool', UINT8],
  ['short', INT16],
  ['int16', INT16],
  ['ushort', UINT16],
  ['uint16', UINT16],
  ['int', INT32],
  ['int32', INT32],
  ['uint', UINT32],
  ['uint32', UINT32],
  ['float', FLOAT32],
  ['float32', FLOAT32],
  ['double', FLOAT64],
  ['float64', FLOAT64],
]);
