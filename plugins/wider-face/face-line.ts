/** One line of a list: a box, and behind it the attributes of WIDER FACE or the landmarks of RetinaFace. */

export interface Landmark {
  x: number;
  y: number;
  occluded: boolean;
}

export interface FaceLine {
  /** Pixels: left, top, width, height. */
  box: readonly [number, number, number, number];
  /** Attribute -> value, in words. */
  attributes?: readonly (readonly [name: string, value: string])[];
  /** By node id; those that are not given are not there. */
  landmarks?: Readonly<Record<string, Landmark>>;
  /** How clear the face is, 0..1 (RetinaFace). */
  blurScore?: number;
}

/** Columns behind the box, and what their numbers mean. */
export const ATTRIBUTES: readonly (readonly [name: string, values: readonly string[]])[] = [
  ['blur', ['clear', 'normal', 'heavy']],
  ['expression', ['typical', 'exaggerate']],
  ['illumination', ['normal', 'extreme']],
  ['invalid', ['valid', 'invalid']],
  ['occlusion', ['none', 'partial', 'heavy']],
  ['pose', ['typical', 'atypical']],
];

export const LANDMARKS = ['left_eye', 'right_eye', 'nose', 'left_mouth', 'right_mouth'] as const;

const BOX = 4;
const WITH_ATTRIBUTES = BOX + ATTRIBUTES.length;
const WITH_LANDMARKS = BOX + LANDMARKS.length * 3;

/** What is wrong with the line, as "expected X, got Y", when it cannot be read. */
export function readFaceLine(text: string): FaceLine | string {
  const cells = text.trim().split(/\s+/);
  const numbers = cells.map(Number);
  const odd = cells.find((cell, i) => cell === '' || !isPlausible(numbers[i]));
  if (odd !== undefined) return `expected numbers, got ${JSON.stringify(odd.slice(0, 40))}`;
  const [x, y, w, h] = numbers;
  if (x === undefined || y === undefined || w === undefined || h === undefined)
    return `expected at least ${BOX} numbers (x y w h), got ${numbers.length}`;
  if (!(w > 0 && h > 0)) return `expected a width and a height above 0, got ${w} x ${h}`;
  const box = [x, y, w, h] as const;
  const more = numbers.slice(BOX);
  if (numbers.length === BOX) return { box };
  if (numbers.length === WITH_ATTRIBUTES) return withAttributes(box, more);
  if (numbers.length === WITH_LANDMARKS || numbers.length === WITH_LANDMARKS + 1)
    return withLandmarks(box, more);
  return `expected ${BOX}, ${WITH_ATTRIBUTES}, ${WITH_LANDMARKS} or ${WITH_LANDMARKS + 1} numbers, got ${numbers.length}`;
}

/** A picture without faces has one line of zeros behind its count. */
export function isNoFace(text: string): boolean {
  return /^[\s0]*$/.test(text);
}

function withAttributes(box: FaceLine['box'], codes: readonly number[]): FaceLine | string {
  const attributes: [string, string][] = [];
  for (const [i, [name, values]] of ATTRIBUTES.entries()) {
    const value = values[codes[i] ?? -1];
    if (value === undefined) return `expected ${name} to be 0 to ${values.length - 1}, got ${codes[i]}`;
    attributes.push([name, value]);
  }
  return { box, attributes };
}

function withLandmarks(box: FaceLine['box'], numbers: readonly number[]): FaceLine {
  const landmarks: Record<string, Landmark> = {};
  for (const [i, id] of LANDMARKS.entries()) {
    const [x = -1, y = -1, flag = -1] = numbers.slice(i * 3, i * 3 + 3);
    if (flag >= 0) landmarks[id] = { x, y, occluded: flag > 0 };
  }
  const blurScore = numbers[LANDMARKS.length * 3];
  return { box, landmarks, ...(blurScore === undefined || blurScore < 0 ? {} : { blurScore }) };
}

/** No picture is larger; more would only break the arithmetic. */
const isPlausible = (value: number | undefined): boolean => value !== undefined && Math.abs(value) <= 1e9;
