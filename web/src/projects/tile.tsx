/** One item of the gallery: its thumbnail, its objects over it, its name. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { drawAnnotation } from '../draw/draw-annotation.ts';
import { edgesOf } from '../draw/shapes.ts';
import { Link } from '../router.tsx';
import type { ClassMeta, Image, ImageAnnotation, Item } from '../shapes.ts';
import { count } from '../words.ts';
import { pictureHeight } from './gallery-window.ts';
import type { Modality } from './modality.ts';
import { ModalitySymbol } from './modality-symbol.tsx';
import { thumbnailUrl } from './viewer/picture-source.ts';

const NOTHING_HIDDEN: ReadonlySet<string> = new Set();

export type TileItem = Pick<Item, 'id' | 'name' | 'link'> & Partial<Pick<Image, 'mime' | 'width' | 'height'>>;

export interface TileProps {
  item: TileItem;
  modality: Modality;
  annotation: ImageAnnotation | undefined;
  classes: readonly ClassMeta[];
  to: string;
  width: number;
  index: number;
  focusable: boolean;
}

export function Tile(props: TileProps) {
  const { item, modality, annotation, width } = props;
  const [broken, setBroken] = useState<'no' | 'thumbnail' | 'original'>('no');
  const [natural, setNatural] = useState<{ width: number; height: number } | undefined>(undefined);
  useEffect(() => setBroken('no'), [item.id]);
  const height = pictureHeight(width);
  const size = knownSize(item, annotation) ?? natural ?? { width: 4, height: 3 };
  const scale = Math.min(width / size.width, height / size.height);
  const box = { width: Math.max(1, size.width * scale), height: Math.max(1, size.height * scale) };
  const objects = annotation?.objects.length;
  return (
    <Link to={props.to} class="tile" title={item.name} index={props.index} skip={!props.focusable}>
      <span class="shown" style={{ height: `${height}px` }}>
        <span class="frame" style={{ width: `${box.width}px`, height: `${box.height}px` }}>
          {item.link !== null ? (
            <span class="none">Link</span>
          ) : !modality.pictures || broken === 'original' ? (
            <NoPicture modality={modality} />
          ) : (
            <img
              src={
                broken === 'no'
                  ? thumbnailUrl(modality.section, item.id, width * devicePixelRatio > 330 ? 640 : 320)
                  : `/files/images/${item.id}`
              }
              alt=""
              decoding="async"
              onLoad={(event) => {
                const { naturalWidth, naturalHeight } = event.currentTarget;
                setNatural({ width: naturalWidth, height: naturalHeight });
              }}
              // What the server cannot read (BMP) a browser may.
              onError={() =>
                setBroken(broken === 'no' && item.mime === 'image/bmp' ? 'thumbnail' : 'original')
              }
            />
          )}
          {annotation === undefined || annotation.objects.length === 0 ? null : (
            <Overlay
              annotation={annotation}
              classes={props.classes}
              width={box.width}
              scale={box.width / size.width}
            />
          )}
        </span>
      </span>
      <span class="caption">
        <span class="name">{item.name}</span>
        <span class="dim">
          {objects === undefined ? null : (
            <>
              {count(objects)}
              <span class="unseen"> {objects === 1 ? 'object' : 'objects'}</span>
            </>
          )}
        </span>
      </span>
    </Link>
  );
}

/** Images have no picture only when they are broken; of the other kinds that is nothing to worry about. */
function NoPicture(props: { modality: Modality }) {
  const { section } = props.modality;
  return (
    <span class="none">{section === 'images' ? 'No preview' : <ModalitySymbol section={section} />}</span>
  );
}

function Overlay(props: {
  annotation: ImageAnnotation;
  classes: readonly ClassMeta[];
  width: number;
  scale: number;
}) {
  const { annotation, classes, width, scale } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const ratio = Math.min(2, devicePixelRatio);
    element.width = Math.round(width * ratio);
    element.height = Math.round(element.clientHeight * ratio);
    const controller = new AbortController();
    const colors = new Map(classes.map((one) => [one.title, one.color]));
    drawAnnotation(element, annotation, {
      colors,
      edges: edgesOf(classes),
      hidden: NOTHING_HIDDEN,
      scale: scale * ratio,
      fill: 0.35,
      signal: controller.signal,
    }).then(
      () => element.toggleAttribute('data-drawn', !controller.signal.aborted),
      (error: unknown) => console.error(error),
    );
    return () => controller.abort();
  }, [annotation, classes, width, scale]);
  return <canvas ref={canvas} />;
}

/** Coordinates are in the annotation's size. */
function knownSize(
  item: TileItem,
  annotation: ImageAnnotation | undefined,
): { width: number; height: number } | undefined {
  const candidates = [annotation?.size, { width: item.width ?? 0, height: item.height ?? 0 }];
  return candidates.find((one) => one !== undefined && one.width > 0 && one.height > 0);
}
