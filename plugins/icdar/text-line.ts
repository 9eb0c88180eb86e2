/** Lines of the ground truth: eight numbers and a word; a picture and a word; a picture and eight numbers. */
import type { Ring } from '../../src/format/model.ts';

export interface WordLine {
  ring: Ring;
  /** As written; commas and quotes belong to it. */
  text: string;
}

const NUMBER = String.raw`\s*([-+]?\d+(?:\.\d+)?)\s*`;
const EIGHT = Array.from({ length: 8 }, () => NUMBER).join(',');
const WITH_TEXT = new RegExp(`^${EIGHT},(.*)$`, 's');
const NAME = String.raw`^\s*([^,"]+\.\w+)\s*,`;
const COORDINATES = new RegExp(`${NAME}${EIGHT},?\\s*$`);
const QUOTED = new RegExp(`${NAME}\\s*"(.*)"\\s*$`, 's');

/** `x1,y1,...,x4,y4,text`. A text says what is wrong. */
export function readWordLine(text: string): WordLine | string {
  const match = WITH_TEXT.exec(text);
  if (match === null) return `expected x1,y1,x2,y2,x3,y3,x4,y4,text, got ${shown(text)}`;
  return withRing(match, 1, (ring) => ({ ring, text: match[9] ?? '' }));
}

/** `word_1.png,x1,y1,...,x4,y4` of coords.txt. */
export function readCoordinates(text: string): { name: string; ring: Ring } | string {
  const match = COORDINATES.exec(text);
  if (match === null) return `expected word.png,x1,y1,x2,y2,x3,y3,x4,y4, got ${shown(text)}`;
  return withRing(match, 2, (ring) => ({ name: (match[1] ?? '').trim(), ring }));
}

/** `word_1.png, "text"` of gt.txt; a quote or backslash inside has a backslash before it. */
export function readTranscription(text: string): { name: string; text: string } | string {
  const match = QUOTED.exec(text);
  if (match === null) return `expected word.png, "text", got ${shown(text)}`;
  return { name: (match[1] ?? '').trim(), text: (match[2] ?? '').replace(/\\(["\\])/g, '$1') };
}

function withRing<T>(match: RegExpExecArray, from: number, make: (ring: Ring) => T): T | string {
  const numbers = match.slice(from, from + 8).map(Number);
  const far = numbers.find((value) => Math.abs(value) > 1e9);
  if (far !== undefined) return `expected places in a picture, got ${far}`;
  const ring: Ring = [];
  for (let i = 0; i < 8; i += 2) ring.push([numbers[i] ?? 0, numbers[i + 1] ?? 0]);
  return make(ring);
}

const shown = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
