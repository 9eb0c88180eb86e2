/** The cloud in space, turned, moved and zoomed with mouse, fingers and keys. */
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Size } from '../../draw/view.ts';
import { useKeys } from '../viewer/keys.ts';
import { usePointers } from '../viewer/pointers.ts';
import { StandIn } from '../viewer/stand-in.tsx';
import type { Choice } from '../viewer/use-choice.ts';
import { type CloudScene, createCloudScene } from './cloud-scene.ts';
import { ballOf, ballOfPoints } from './fit.ts';
import { between, fittedOrbit, fromAbove, lookingAt, moved, type Orbit, turned, zoomed } from './orbit.ts';
import { type ColorBy, placeOf, pointColors } from './point-colors.ts';
import type { Cloud } from './read/cloud.ts';
import type { SpatialFigure } from './spatial-figures.ts';

const STEP = 1.25;
const MOVE_PIXELS = 60;
const TURN = Math.PI / 18;
/** Of a turn, for each pixel that is dragged. */
const TURN_A_PIXEL = 0.006;
const FLIGHT_MS = 350;

export function CloudStage(props: {
  label: string;
  cloud: Cloud | undefined;
  figures: readonly SpatialFigure[];
  choice: Choice;
  colorBy: ColorBy;
  pointSize: number;
  /** The view stays as it is while this is the same. */
  place: string;
  /** Whether the points of the item are there. */
  isThere: boolean;
  /** In front of it all. */
  children?: ComponentChildren;
}) {
  const { cloud, figures, choice, colorBy, pointSize, place } = props;
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [scene, setScene] = useState<CloudScene | undefined>(undefined);
  const [problem, setProblem] = useState('');
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const orbit = useRef<Orbit>(fittedOrbit([0, 0, 0], 1, 1));
  const flight = useRef(0);
  const isThere = useRef(false);
  isThere.current = props.isThere;
  const aspect = size.width / Math.max(1, size.height);
  const marked = choice.lit ?? choice.chosen;
  const shown = useMemo(
    () => figures.filter((one) => !choice.hidden.has(one.classTitle)),
    [figures, choice.hidden],
  );

  useLayoutEffect(() => {
    if (canvas.current === null || stage.current === null) return;
    const [element, box] = [canvas.current, stage.current];
    let made: CloudScene;
    try {
      made = createCloudScene(element, () => element.toggleAttribute('data-drawn', isThere.current));
    } catch {
      setProblem('This browser cannot draw in space (it has no WebGL). The objects are in the list.');
      return;
    }
    const observer = new ResizeObserver(() => {
      const to = { width: box.clientWidth, height: box.clientHeight };
      made.resize(to);
      setSize(to);
    });
    observer.observe(box);
    setScene(made);
    return () => {
      cancelAnimationFrame(flight.current);
      observer.disconnect();
      made.close();
    };
  }, []);

  function look(to: Orbit): void {
    cancelAnimationFrame(flight.current);
    orbit.current = to;
    scene?.look(to);
  }

  function fly(to: Orbit): void {
    cancelAnimationFrame(flight.current);
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      look(to);
      return;
    }
    const [from, begun] = [orbit.current, performance.now()];
    const step = (now: number): void => {
      const share = Math.min(1, Math.max(0, (now - begun) / FLIGHT_MS));
      orbit.current = share === 1 ? to : between(from, to, share * share * (3 - 2 * share));
      scene?.look(orbit.current);
      if (share < 1) flight.current = requestAnimationFrame(step);
    };
    flight.current = requestAnimationFrame(step);
  }

  const fitted = (): Orbit => {
    const { centre, radius } = ballOf(cloud, figures);
    return fittedOrbit(centre, radius, aspect);
  };

  const isReady = scene !== undefined && size.width > 0;
  useEffect(() => {
    if (isReady && cloud !== undefined) scene.show(cloud);
  }, [isReady, cloud]);
  const hasCloud = cloud !== undefined;
  useEffect(() => {
    if (isReady && (hasCloud || figures.length > 0)) look(fitted());
  }, [isReady, hasCloud, place]);
  useEffect(() => {
    if (!isReady || cloud === undefined) return;
    scene.paint(pointColors(cloud, colorBy, shown));
  }, [isReady, cloud, colorBy, shown]);
  useEffect(() => {
    if (!isReady) return;
    const lit = marked === undefined ? undefined : figures[marked];
    scene.figures(shown, lit !== undefined && shown.includes(lit) ? lit : undefined);
  }, [isReady, cloud, shown, marked]);
  useEffect(() => scene?.pointSize(pointSize), [scene, pointSize]);
  useEffect(() => {
    const figure = choice.lookAt === undefined ? undefined : figures[choice.lookAt.index];
    if (figure === undefined) return;
    const ball =
      figure.centre === undefined && cloud !== undefined
        ? ballOfPoints(
            cloud,
            figure.indices.map((one) => placeOf(cloud.index, one)),
          )
        : figure;
    if (ball.centre !== undefined) fly(lookingAt(orbit.current, ball.centre, 1.5 * ball.radius, aspect));
  }, [choice.lookAt]);

  const zoom = (factor: number, at?: { x: number; y: number }): void => {
    const x = at === undefined ? 0 : at.x - size.width / 2;
    const y = at === undefined ? 0 : at.y - size.height / 2;
    look(zoomed(orbit.current, factor, { x, y }, size.height));
  };
  const move = (dx: number, dy: number): void => look(moved(orbit.current, dx, dy, size.height));
  const turn = (azimuth: number, elevation: number): void => look(turned(orbit.current, azimuth, elevation));
  const all = (): void => fly(fitted());
  const above = (): void => fly(fromAbove(orbit.current));

  usePointers(stage, {
    zoom,
    pan: move,
    drag: (dx, dy) => turn(-dx * TURN_A_PIXEL, dy * TURN_A_PIXEL),
    point(at) {
      const hit = at === undefined ? undefined : scene?.hit(shown, at);
      const index = hit === undefined ? undefined : figures.indexOf(hit);
      choice.onLit(index);
      return index;
    },
    choose: choice.onChosen,
  });
  useKeys((event) => {
    const moves: Record<string, () => void> = event.shiftKey
      ? {
          ArrowLeft: () => turn(-TURN, 0),
          ArrowRight: () => turn(TURN, 0),
          ArrowUp: () => turn(0, TURN),
          ArrowDown: () => turn(0, -TURN),
          '+': () => zoom(STEP),
        }
      : {
          a: () => move(MOVE_PIXELS, 0),
          d: () => move(-MOVE_PIXELS, 0),
          w: () => move(0, MOVE_PIXELS),
          s: () => move(0, -MOVE_PIXELS),
          '+': () => zoom(STEP),
          '=': () => zoom(STEP),
          '-': () => zoom(1 / STEP),
          '0': all,
          t: above,
        };
    return moves[event.key];
  });

  return (
    <div class="viewer">
      <div ref={stage} class="stage" role="img" aria-label={props.label}>
        <canvas ref={canvas} />
      </div>
      {problem === '' ? props.children : <StandIn>{problem}</StandIn>}
      <fieldset class="zoom" aria-label="View" disabled={!isReady}>
        <button type="button" onClick={() => zoom(1 / STEP)} aria-label="Zoom out" title="Zoom out (-)">
          −
        </button>
        <button type="button" onClick={() => zoom(STEP)} aria-label="Zoom in" title="Zoom in (+)">
          +
        </button>
        <button type="button" onClick={all} title="All of it (0)">
          Fit
        </button>
        <button type="button" onClick={above} title="From above (T)">
          Above
        </button>
      </fieldset>
    </div>
  );
}
