/** Figures of a frame as the things a stage draws and lists. */
import type { Label } from '../../../../src/format/model.ts';
import { subpixelLabel } from '../../../../src/format/subpixel-label.ts';
import type { DrawnObject } from '../../draw/shapes.ts';

export interface Figure {
  id: number;
  objectId: number | null;
  classTitle: string | null;
  geometryType: string;
  geometry: Record<string, unknown>;
}

export interface FrameObject extends DrawnObject {
  objectId: number | null;
  tags: readonly object[];
}

/** Videos have the indices of pixels, what is drawn are places between them. */
export function frameObject({ objectId, classTitle, geometryType, geometry }: Figure): FrameObject {
  const object = { ...geometry, objectId, classTitle: classTitle ?? '', geometryType, tags: [] };
  try {
    return subpixelLabel(object as unknown as Label) as unknown as FrameObject;
  } catch {
    // A geometry that lacks something is drawn as far as it goes.
    return object;
  }
}
