/** Frames of a video that are there as pictures, and which frame of the video each of them is. */
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import { childText, type XmlElement } from '../../src/plugin-kit/xml.ts';

export interface FramePicture {
  file: string;
  /** The number its name ends with. */
  number: number;
}

/** The pictures with a number at the end of their name in the folder of the XML file and below. */
export function createFramePictures(tree: SourceTree, xml: string): FramePicture[] {
  const folder = xml.slice(0, xml.lastIndexOf('/') + 1);
  const pictures: FramePicture[] = [];
  for (const { path } of tree.files) {
    if (!path.startsWith(folder) || !isImageName(path)) continue;
    const digits = /(\d{1,12})\.[^./]+$/.exec(path)?.[1];
    if (digits !== undefined) pictures.push({ file: path, number: Number(digits) });
  }
  return pictures;
}

/** Of a task: frames of the video are `start`, `start + step`, ... */
export interface FrameRange {
  start: number;
  /** Last one; undefined when the file does not say. */
  stop: number | undefined;
  step: number;
}

export function readFrameRange(meta: XmlElement): FrameRange {
  const owner = meta.children.find(({ name }) => name === 'task' || name === 'job') ?? meta;
  const whole = (name: string): number | undefined => {
    const text = childText(owner, name) ?? '';
    return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
  };
  const step = Number(/step\s*=\s*(\d{1,9})/.exec(childText(owner, 'frame_filter') ?? '')?.[1] ?? 1);
  return { start: whole('start_frame') ?? 0, stop: whole('stop_frame'), step: Math.max(1, step) };
}

/**
 * Frame of the video by the number in a picture's name. Names have the frame of the video, or count from 0; they
 * count where all numbers fit that and not all are frames of the video.
 */
export function frameOfNumber(
  pictures: readonly FramePicture[],
  { start, stop, step }: FrameRange,
): (number: number) => number {
  const isFrame = (number: number): boolean =>
    number >= start && (number - start) % step === 0 && (stop === undefined || number <= stop);
  const last = stop === undefined ? Infinity : Math.floor((stop - start) / step);
  const counts =
    !pictures.every(({ number }) => isFrame(number)) && pictures.every(({ number }) => number <= last);
  return counts ? (number) => start + number * step : (number) => number;
}
