/** One plane of a volume: a slice, the figures in it, the lines of the other two planes. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { NO_COLOR, rgbOf } from '../../draw/colors.ts';
import { createScene, type Scene } from '../../draw/scene.ts';
import { useSize } from '../../draw/use-size.ts';
import { fitted, held, panned, type Size, type View, zoomed } from '../../draw/view.ts';
import type { ClassMeta } from '../../shapes.ts';
import { pictureStyle } from '../viewer/picture-style.ts';
import { usePointers } from '../viewer/pointers.ts';
import type { Choice } from '../viewer/use-choice.ts';
import { isSetAt, type PlacedMask, paintMask, paintSlice, type Window } from './paint.ts';
import { endsOf, isUpward, type Plane, spacingOf, type Triple } from './planes.ts';
import type { Volume } from './read/volume.ts';
import type { VolumeObject } from './volume-objects.ts';

/** A mask has no outline: a little more of it makes up for that. */
const MASK_ALPHA = 1.6;

export interface PlaneStageProps {
  volume: Volume;
  plane: Plane;
  cross: Triple;
  onCross(cross: Triple): void;
  shown: Window;
  /** Dragged by so many pixels with the second button. */
  onDragWindow(dx: number, dy: number): void;
  objects: readonly VolumeObject[];
  /** Numbers of the objects in this slice. */
  here: readonly number[];
  masks: ReadonlyMap<number, PlacedMask>;
  classes: readonly ClassMeta[];
  choice: Choice;
  fill: number;
  isActive: boolean;
  onActive(): void;
  /** A new value zooms around the crosshair; 0 fits. */
  zoomBy: { factor: number } | undefined;
}

export function PlaneStage(props: PlaneStageProps) {
  const { volume, plane, cross, shown, objects, here, masks, classes, choice, fill } = props;
  const { column, row, normal } = plane;
  const stage = useRef<HTMLDivElement>(null);
  const grey = useRef<HTMLCanvasElement>(null);
  const mask = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const size = useSize(stage);
  const [moved, setMoved] = useState<View | undefined>(undefined);
  const [scene, setScene] = useState<Scene | undefined>(undefined);
  const [drawn, setDrawn] = useState(0);
  const index = cross[normal];
  const [columns, rows] = [volume.size[column], volume.size[row]];
  const spacing = spacingOf(volume.toWorld);
  const least = Math.min(spacing[column], spacing[row]);
  // Pixels are as wide and high as the voxels; the smaller side is one.
  const pixel = useMemo<[number, number]>(
    () => [spacing[column] / least, spacing[row] / least],
    [volume, plane],
  );
  const picture: Size = { width: columns * pixel[0], height: rows * pixel[1] };
  const upward = isUpward(volume.toWorld, row);
  const known = size.width > 0;
  const view = moved === undefined ? fitted(size, picture) : held(moved, size, picture);
  const marked = choice.lit ?? choice.chosen;

  useLayoutEffect(() => {
    const context = grey.current?.getContext('2d');
    if (context == null) return;
    const image = context.createImageData(columns, rows);
    paintSlice(volume, plane, index, shown, image.data);
    context.putImageData(image, 0, 0);
  }, [volume, plane, index, shown]);

  useLayoutEffect(() => {
    const context = mask.current?.getContext('2d');
    if (context == null) return;
    const image = context.createImageData(columns, rows);
    const colors = new Map(classes.map((one) => [one.title, one.color]));
    for (const [at, placed] of masks) {
      const title = objects[at]?.classTitle ?? '';
      if (choice.hidden.has(title)) continue;
      const alpha = Math.min(1, MASK_ALPHA * (at === marked ? Math.max(0.5, fill) : fill));
      const color = rgbOf(colors.get(title) ?? NO_COLOR);
      paintMask(placed, plane, index, { width: columns, height: rows }, color, 255 * alpha, image.data);
    }
    context.putImageData(image, 0, 0);
  }, [volume, plane, index, masks, objects, classes, choice.hidden, fill, marked]);

  useEffect(() => {
    const made = createScene(
      here.flatMap((at) => objects[at]?.slice?.drawn ?? []),
      classes,
      { changed: () => setDrawn((count) => count + 1), ready: () => setDrawn((count) => count + 1) },
      pixel,
    );
    setScene(made);
    return () => {
      setScene(undefined);
      made.close();
    };
  }, [here, objects, classes, pixel]);

  useLayoutEffect(() => {
    const element = over.current;
    const context = element?.getContext('2d');
    if (element === null || context == null || scene === undefined || !known) return;
    const ratio = devicePixelRatio;
    element.width = Math.round(size.width * ratio);
    element.height = Math.round(size.height * ratio);
    const lit = marked === undefined ? -1 : here.indexOf(marked);
    scene.draw(context, view, ratio, { hidden: choice.hidden, fill, lit: lit === -1 ? undefined : lit });
    element.setAttribute('data-drawn', String(index));
  }, [scene, drawn, choice.hidden, fill, marked, known, size, view.scale, view.x, view.y]);

  /** Where the middle of the crosshair's voxel is, in CSS pixels of the layer. */
  const crossAt = {
    x: view.x + (cross[column] + 0.5) * pixel[0] * view.scale,
    y: view.y + (cross[row] + 0.5) * pixel[1] * view.scale,
  };
  const inLayer = ({ x, y }: { x: number; y: number }) => ({ x, y: upward ? size.height - y : y });

  function zoom(factor: number, at = crossAt): void {
    setMoved((before) => zoomed(before ?? fitted(size, picture), factor, at, size, picture));
  }
  useEffect(() => {
    if (props.zoomBy === undefined) return;
    if (props.zoomBy.factor === 0) setMoved(undefined);
    else zoom(props.zoomBy.factor);
  }, [props.zoomBy]);

  /** Columns and rows of the slice, not rounded. */
  function placeOf(at: { x: number; y: number }): [number, number] {
    const { x, y } = inLayer(at);
    return [(x - view.x) / view.scale / pixel[0], (y - view.y) / view.scale / pixel[1]];
  }
  function voxelAt(at: { x: number; y: number }): Triple {
    const [u, v] = placeOf(at);
    const voxel: Triple = [...cross];
    voxel[column] = Math.min(columns - 1, Math.max(0, Math.floor(u)));
    voxel[row] = Math.min(rows - 1, Math.max(0, Math.floor(v)));
    return voxel;
  }
  function objectAt(at: { x: number; y: number }): number | undefined {
    const [u, v] = placeOf(at);
    const hit = scene?.hit([u * pixel[0], v * pixel[1]], view.scale, choice.hidden);
    if (hit !== undefined) return here[hit];
    const isInside = u >= 0 && v >= 0 && u < columns && v < rows;
    return isInside
      ? [...masks.keys()]
          .reverse()
          .find(
            (one) =>
              !choice.hidden.has(objects[one]?.classTitle ?? '') &&
              isSetAt(masks.get(one) as PlacedMask, voxelAt(at)),
          )
      : undefined;
  }
  const scroll = (steps: number): void => {
    const next: Triple = [...cross];
    next[normal] = Math.min(volume.size[normal] - 1, Math.max(0, index + steps));
    props.onCross(next);
  };
  /** Parts of a notch, and where the pointer was last. */
  const left = useRef(0);
  const place = useRef({ x: 0, y: 0 });

  usePointers(stage, {
    zoom: (factor, at) => zoom(factor, inLayer(at)),
    pan(dx, dy, isSecond) {
      if (isSecond) props.onDragWindow(dx, dy);
      else
        setMoved((before) => panned(before ?? fitted(size, picture), dx, upward ? -dy : dy, size, picture));
    },
    drag(_dx, _dy, at) {
      props.onActive();
      props.onCross(voxelAt(at));
    },
    point(at) {
      const object = at === undefined ? undefined : objectAt(at);
      choice.onLit(object);
      if (at !== undefined) place.current = at;
      return object;
    },
    choose(object) {
      props.onActive();
      choice.onChosen(object);
      props.onCross(voxelAt(place.current));
    },
    scroll(notches) {
      left.current += notches;
      const steps = Math.trunc(left.current);
      left.current -= steps;
      if (steps !== 0) scroll(steps);
    },
  });

  const [from, to] = endsOf(volume.toWorld, column);
  const [first, last] = endsOf(volume.toWorld, row);
  return (
    <section
      class={props.isActive ? 'plane active' : 'plane'}
      aria-label={plane.title}
      onFocusIn={props.onActive}
    >
      <div
        ref={stage}
        class="stage"
        role="img"
        aria-label={`${plane.title} slice ${index + 1} of ${volume.size[normal]}`}
      >
        <div class="layer" style={upward ? { transform: 'scaleY(-1)' } : {}}>
          <canvas
            ref={grey}
            class="slice grey"
            width={columns}
            height={rows}
            style={pictureStyle(picture, view)}
          />
          <canvas
            ref={mask}
            class="slice"
            width={columns}
            height={rows}
            style={pictureStyle(picture, view)}
          />
          <canvas ref={over} />
          <i class="line down" style={{ left: `${crossAt.x}px` }} />
          <i class="line across" style={{ top: `${crossAt.y}px` }} />
        </div>
        <b class="end left">{from}</b>
        <b class="end right">{to}</b>
        <b class="end top">{upward ? last : first}</b>
        <b class="end bottom">{upward ? first : last}</b>
      </div>
      <label class="slider">
        <span>{plane.title}</span>
        <input
          type="range"
          min={0}
          max={volume.size[normal] - 1}
          value={index}
          aria-valuetext={`Slice ${index + 1} of ${volume.size[normal]}`}
          onInput={(event) => scroll(event.currentTarget.valueAsNumber - index)}
        />
        <output>
          {index + 1} / {volume.size[normal]}
        </output>
      </label>
    </section>
  );
}
