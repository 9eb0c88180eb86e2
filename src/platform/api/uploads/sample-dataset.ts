/** A small COCO dataset of drawn pictures, the same every time, to try things with. */
import { encode } from 'fast-png';

const WIDTH = 480;
const HEIGHT = 320;
const PICTURES = 12;
const COLORS = { square: [214, 84, 76], triangle: [76, 132, 214], disc: [92, 176, 96] } as const;
const NAMES = ['square', 'triangle', 'disc'] as const;

export interface SampleFile {
  path: string;
  bytes: Uint8Array;
}

/** Twelve PNG files of 480 x 320 and one JSON file that describes their shapes. */
export function sampleDataset(): SampleFile[] {
  const random = createRandom(7);
  const files: SampleFile[] = [];
  const images = [];
  const annotations = [];
  for (let picture = 1; picture <= PICTURES; picture++) {
    const pixels = background();
    const name = `scene-${String(picture).padStart(3, '0')}.png`;
    images.push({ id: picture, file_name: name, width: WIDTH, height: HEIGHT });
    for (let count = random(1, 4); count > 0; count--) {
      const category = random(0, NAMES.length);
      const shape = NAMES[category] ?? 'disc';
      const size = random(50, 140);
      const [left, top] = [random(0, WIDTH - size), random(0, HEIGHT - size)];
      const points = outline(shape, left, top, size);
      paint(pixels, points, { left, top, size, color: COLORS[shape] });
      annotations.push({
        id: annotations.length + 1,
        image_id: picture,
        category_id: category + 1,
        segmentation: [points],
        bbox: [left, top, size, size],
        area: size * size,
        iscrowd: 0,
      });
    }
    const bytes = encode({ width: WIDTH, height: HEIGHT, data: pixels, channels: 3 });
    files.push({ path: `images/${name}`, bytes });
  }
  const categories = NAMES.map((name, at) => ({ id: at + 1, name, supercategory: 'shape' }));
  const json = JSON.stringify({ info: { description: 'Drawn shapes' }, images, annotations, categories });
  return [...files, { path: 'annotations/instances.json', bytes: Buffer.from(json) }];
}

/** Whole numbers from `from` to below `to`. */
function createRandom(seed: number): (from: number, to: number) => number {
  let state = seed;
  return (from, to) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor(from + (state / 2147483648) * (to - from));
  };
}

function background(): Uint8Array {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let at = 0; at < WIDTH * HEIGHT; at++) {
    const shade = 232 - Math.floor((at / WIDTH / HEIGHT) * 60);
    pixels.set([shade, shade, shade + 8], at * 3);
  }
  return pixels;
}

function outline(shape: (typeof NAMES)[number], x: number, y: number, size: number): number[] {
  const [right, bottom] = [x + size, y + size];
  if (shape === 'square') return [x, y, right, y, right, bottom, x, bottom];
  if (shape === 'triangle') return [x + size / 2, y, right, bottom, x, bottom];
  const radius = size / 2;
  return Array.from({ length: 32 }, (_, step) => {
    const angle = (step / 32) * 2 * Math.PI;
    return [x + radius + radius * Math.cos(angle), y + radius + radius * Math.sin(angle)].map(Math.round);
  }).flat();
}

function paint(
  pixels: Uint8Array,
  points: readonly number[],
  box: { left: number; top: number; size: number; color: readonly number[] },
): void {
  const { left, top, size, color } = box;
  for (let y = top; y <= top + size && y < HEIGHT; y++)
    for (let x = left; x <= left + size && x < WIDTH; x++)
      if (contains(points, x + 0.5, y + 0.5)) pixels.set(color, (y * WIDTH + x) * 3);
}

/** Even-odd rule. */
function contains(points: readonly number[], x: number, y: number): boolean {
  let inside = false;
  for (let at = 0, before = points.length - 2; at < points.length; before = at, at += 2) {
    const [ax = 0, ay = 0, bx = 0, by = 0] = [points[at], points[at + 1], points[before], points[before + 1]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
