/**
 * A picture with its objects over it, zoomed and moved with wheel, fingers, mouse and keys. The picture is an
 * element that is transformed, the objects are a canvas of the size of the stage that is drawn again at each change.
 */
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { createScene, type Scene } from '../../draw/scene.ts';
import type { DrawnObject } from '../../draw/shapes.ts';
import { useSize } from '../../draw/use-size.ts';
import { fitted, held, panned, type Size, type View, zoomed, zoomedTo } from '../../draw/view.ts';
import type { ClassMeta } from '../../shapes.ts';
import { useKeys } from './keys.ts';
import { usePointers } from './pointers.ts';

export interface StageProps {
  /** What is to be seen, for who does not see it. */
  label: string;
  /** Coordinates are in this size. */
  picture: Size;
  /** Another one is fitted into the stage anew. */
  item: number;
  objects: readonly DrawnObject[];
  classes: readonly ClassMeta[];
  hidden: ReadonlySet<string>;
  fill: number;
  lit: number | undefined;
  /** An object to be looked at; a new value each time it is asked for. */
  lookAt: { index: number } | undefined;
  onLit(index: number | undefined): void;
  onChosen(index: number | undefined): void;
  /** Objects are drawn when all their masks are there, not one after the other: those of a video would blink. */
  steady?: boolean;
  /** The picture, where the view says. */
  children(view: View): ComponentChildren;
}

const STEP = 1.25;

export function Stage(props: StageProps) {
  const { item, objects, classes, hidden, fill, lit, picture, steady = false } = props;
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(stage);
  /** Undefined: fitted, also when the window changes. */
  const [moved, setMoved] = useState<View | undefined>(undefined);
  const [scene, setScene] = useState<Scene | undefined>(undefined);
  const [drawn, setDrawn] = useState(0);
  const [ready, setReady] = useState(false);
  const known = size.width > 0;
  const view = moved === undefined ? fitted(size, picture) : held(moved, size, picture);

  useEffect(() => setMoved(undefined), [item]);

  useLayoutEffect(() => {
    setReady(false);
    const made = createScene(objects, classes, {
      changed: () => setDrawn((count) => count + 1),
      ready: () => setReady(true),
    });
    setScene(made);
    return () => {
      setScene(undefined);
      made.close();
    };
  }, [objects, classes]);

  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || context == null || scene === undefined || !known) return;
    if (steady && !ready) return;
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
    if (element.width !== width) element.width = width;
    if (element.height !== height) element.height = height;
    scene.draw(context, view, ratio, { hidden, fill, lit });
    element.toggleAttribute('data-drawn', ready);
  }, [scene, drawn, ready, hidden, fill, lit, known, size, view.scale, view.x, view.y]);

  useEffect(() => {
    const box = props.lookAt === undefined ? undefined : scene?.box(props.lookAt.index);
    if (box !== undefined) setMoved(zoomedTo(box, size, picture));
  }, [props.lookAt]);

  const zoom = useCallback(
    (factor: number, at?: { x: number; y: number }): void => {
      const middle = { x: size.width / 2, y: size.height / 2 };
      setMoved((before) => zoomed(before ?? fitted(size, picture), factor, at ?? middle, size, picture));
    },
    [size, picture.width, picture.height],
  );
  const pan = (dx: number, dy: number): void =>
    setMoved((before) => panned(before ?? fitted(size, picture), dx, dy, size, picture));

  usePointers(stage, {
    zoom,
    pan,
    point: (at) => {
      const index =
        at === undefined
          ? undefined
          : scene?.hit([(at.x - view.x) / view.scale, (at.y - view.y) / view.scale], view.scale, hidden);
      props.onLit(index);
      return index;
    },
    choose: props.onChosen,
  });

  useKeys((event) => {
    const step = event.shiftKey ? 80 : 0;
    const moves: Record<string, () => void> = {
      '+': () => zoom(STEP),
      '=': () => zoom(STEP),
      '-': () => zoom(1 / STEP),
      '0': () => setMoved(undefined),
      '1': () => zoom(1 / devicePixelRatio / view.scale),
      ...(step === 0
        ? {}
        : {
            ArrowLeft: () => pan(step, 0),
            ArrowRight: () => pan(-step, 0),
            ArrowUp: () => pan(0, step),
            ArrowDown: () => pan(0, -step),
          }),
    };
    return moves[event.key];
  });

  return (
    <div class="viewer">
      <div ref={stage} class="stage" role="img" aria-label={props.label}>
        {known ? props.children(view) : null}
        <canvas ref={canvas} />
      </div>
      <fieldset class="zoom" aria-label="Zoom">
        <button type="button" onClick={() => zoom(1 / STEP)} aria-label="Zoom out" title="Zoom out (-)">
          −
        </button>
        <output>{known ? `${Math.round(view.scale * 100)}%` : ''}</output>
        <button type="button" onClick={() => zoom(STEP)} aria-label="Zoom in" title="Zoom in (+)">
          +
        </button>
        <button
          type="button"
          onClick={() => setMoved(undefined)}
          aria-pressed={moved === undefined}
          title="All of it (0)"
        >
          Fit
        </button>
        <button
          type="button"
          onClick={() => zoom(1 / devicePixelRatio / view.scale)}
          title="One pixel is one pixel (1)"
        >
          1:1
        </button>
      </fieldset>
    </div>
  );
}
