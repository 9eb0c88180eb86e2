/** Annotations of the tiles in view: asked for many at a time, after a moment in which the scrolling has stopped. */
import type { AnnotationOf, ImageAnnotation } from '../shapes.ts';

export interface AnnotationBatches {
  get(id: number): ImageAnnotation | undefined;
  /** The images in view now; what is not among them is not asked for any more. */
  want(ids: readonly number[]): void;
  close(): void;
}

const WAIT_MS = 90;
const AT_ONCE = 24;
const MOST_KEPT = 600;

export function createAnnotationBatches(options: {
  fetchBatch(ids: number[], signal: AbortSignal): Promise<AnnotationOf[]>;
  changed(): void;
}): AnnotationBatches {
  const kept = new Map<number, ImageAnnotation>();
  /** An image without an answer (removed meanwhile, too large a reply) is not asked for again and again. */
  const asked = new Set<number>();
  let wanted: readonly number[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;

  async function next(): Promise<void> {
    if (running !== undefined) return;
    const ids = wanted.filter((id) => !kept.has(id) && !asked.has(id)).slice(0, AT_ONCE);
    if (ids.length === 0) return;
    const controller = new AbortController();
    running = controller;
    for (const id of ids) asked.add(id);
    try {
      const found = await options.fetchBatch(ids, controller.signal);
      if (controller.signal.aborted) return;
      for (const { imageId, annotation } of found) kept.set(imageId, annotation);
      for (const oldest of kept.keys()) {
        if (kept.size <= MOST_KEPT) break;
        kept.delete(oldest);
        asked.delete(oldest);
      }
      options.changed();
    } catch {
      // The pictures are shown without their objects; the image's own view says what is wrong.
    } finally {
      running = undefined;
      if (!controller.signal.aborted) void next();
    }
  }

  return {
    get: (id) => kept.get(id),
    want(ids) {
      wanted = ids;
      clearTimeout(timer);
      timer = setTimeout(() => void next(), WAIT_MS);
    },
    close() {
      clearTimeout(timer);
      wanted = [];
      running?.abort();
    },
  };
}
