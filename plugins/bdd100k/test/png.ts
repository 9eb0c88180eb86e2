import { encode } from 'fast-png';

export const png = (width = 20, height = 10): Uint8Array =>
  encode({ width, height, data: new Uint8Array(width * height).fill(99), channels: 1 });
