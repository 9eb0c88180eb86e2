/** Colours as classes have them. */
export const NO_COLOR = '#808080';

export type Rgb = [red: number, green: number, blue: number];

export function rgbOf(hex: string): Rgb {
  const match = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(hex);
  return match === null
    ? [128, 128, 128]
    : ([1, 2, 3].map((at) => Number.parseInt(match[at] ?? '80', 16)) as Rgb);
}
