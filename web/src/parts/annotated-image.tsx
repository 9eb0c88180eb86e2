/** A picture with its objects drawn over it; fits its box and keeps sharp at any size. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { drawAnnotation } from '../draw/draw-annotation.ts';
import type { ClassMeta, Image, ImageAnnotation } from '../shapes.ts';

const NOTHING_HIDDEN: ReadonlySet<string> = new Set();

export function AnnotatedImage(props: {
  image: Image;
  annotation: ImageAnnotation | undefined;
  classes: readonly ClassMeta[];
  hidden?: ReadonlySet<string>;
  fill?: number;
  lazy?: boolean;
  /** CSS length it may be high at most. */
  maxHeight: string;
}) {
  const { image, annotation, classes, hidden = NOTHING_HIDDEN, fill = 0.35 } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [shown, setShown] = useState<{ width: number; height: number } | undefined>(undefined);
  const [broken, setBroken] = useState(false);
  const [drawnWidth, setDrawnWidth] = useState(0);
  const size = sizeOf(image, annotation, shown);

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new ResizeObserver(() =>
      setDrawnWidth(Math.round(element.clientWidth * devicePixelRatio)),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const element = canvas.current;
    if (element === null || annotation === undefined || drawnWidth === 0) return;
    const scale = Math.min(drawnWidth, 4096) / size.width;
    element.width = Math.round(size.width * scale);
    element.height = Math.round(size.height * scale);
    const controller = new AbortController();
    const colors = new Map(classes.map((one) => [one.title, one.color]));
    const edges = new Map(classes.map((one) => [one.title, edgesOf(one)]));
    const options = { colors, edges, hidden, scale, fill, signal: controller.signal };
    drawAnnotation(element, annotation, options).then(
      () => element.toggleAttribute('data-drawn', !controller.signal.aborted),
      (error: unknown) => console.error(error),
    );
    return () => controller.abort();
  }, [annotation, classes, hidden, fill, size.width, size.height, drawnWidth]);

  const ratio = size.width / size.height;
  return (
    <div class="picture">
      <div
        class="frame"
        style={{ aspectRatio: String(ratio), width: `min(100%, calc(${props.maxHeight} * ${ratio}))` }}
      >
        {image.link !== null ? (
          <p class="note">A link: the picture is at {new URL(image.link, location.href).host}</p>
        ) : broken ? (
          <p class="note">This browser cannot show {image.mime ?? 'this file'}</p>
        ) : (
          <img
            src={`/files/images/${image.id}`}
            alt={image.name}
            loading={props.lazy === true ? 'lazy' : 'eager'}
            decoding="async"
            onLoad={(event) => {
              const { naturalWidth: width, naturalHeight: height } = event.currentTarget;
              setShown({ width, height });
            }}
            onError={() => setBroken(true)}
          />
        )}
        <canvas ref={canvas} />
      </div>
    </div>
  );
}

interface Size {
  width: number;
  height: number;
}

/** Coordinates are in the annotation's size; what the browser decoded is the last to ask. */
function sizeOf(image: Image, annotation: ImageAnnotation | undefined, shown: Size | undefined): Size {
  const candidates = [annotation?.size, { width: image.width ?? 0, height: image.height ?? 0 }, shown];
  return (
    candidates.find((one) => one !== undefined && one.width > 0 && one.height > 0) ?? { width: 4, height: 3 }
  );
}

function edgesOf(meta: ClassMeta): [string, string][] {
  const edges = meta.geometry_config?.edges;
  if (!Array.isArray(edges)) return [];
  return edges.flatMap((edge: { src?: unknown; dst?: unknown }): [string, string][] =>
    typeof edge?.src === 'string' && typeof edge.dst === 'string' ? [[edge.src, edge.dst]] : [],
  );
}
