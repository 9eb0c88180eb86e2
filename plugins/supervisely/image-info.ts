/** What `img_info/<picture>.json` and an annotation say of a picture that is not there. */
import { isRecord } from '../../src/format/problem.ts';

export interface PixelSize {
  width: number;
  height: number;
}

/** Where the picture is kept instead of on the platform. */
export function linkIn(info: unknown): string | undefined {
  const link = isRecord(info) ? info.link : undefined;
  return typeof link === 'string' && /^[a-z][a-z0-9+.-]*:\/\/./i.test(link) ? link : undefined;
}

/** Where the server it was downloaded from keeps it. */
export function storedAt(info: unknown): string | undefined {
  const url = isRecord(info) ? info.full_storage_url : undefined;
  return typeof url === 'string' && /^https?:\/\/./i.test(url) ? url : undefined;
}

export function sizeIn(info: unknown): Partial<PixelSize> {
  if (!isRecord(info)) return {};
  const { width, height } = info;
  return isWhole(width) && isWhole(height) ? { width, height } : {};
}

/** Also of one in an envelope. */
export function sizeOfAnnotation(json: unknown): PixelSize | undefined {
  const annotation = isRecord(json) && isRecord(json.annotation) ? json.annotation : json;
  const { width, height } = sizeIn(isRecord(annotation) ? annotation.size : undefined);
  return width === undefined || height === undefined ? undefined : { width, height };
}

const isWhole = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;
