/** Three planes of a volume that show one place, scrolled and pointed at with mouse, fingers and keys. */
import { useMemo, useState } from 'preact/hooks';
import type { ClassMeta } from '../../shapes.ts';
import { useKeys } from '../viewer/keys.ts';
import type { Choice } from '../viewer/use-choice.ts';
import type { PlacedMask, Window } from './paint.ts';
import { PlaneStage } from './plane-stage.tsx';
import { isUpward, PLANES, type Triple } from './planes.ts';
import type { Volume } from './read/volume.ts';
import { bySlice, sliceKey, type VolumeObject } from './volume-objects.ts';

const STEP = 1.25;
const FAR = 10;
/** Of the width of the first window, for each pixel that is dragged. */
const WINDOW_A_PIXEL = 1 / 300;
const NONE: readonly number[] = [];

export function VolumeStage(props: {
  volume: Volume;
  cross: Triple;
  onCross(cross: Triple): void;
  shown: Window;
  onShown(change: (before: Window) => Window): void;
  objects: readonly VolumeObject[];
  masks: ReadonlyMap<number, PlacedMask>;
  classes: readonly ClassMeta[];
  choice: Choice;
  fill: number;
}) {
  const { volume, cross, onCross, onShown, objects } = props;
  const [active, setActive] = useState(0);
  const [large, setLarge] = useState(false);
  const [zoomBy, setZoomBy] = useState<{ factor: number } | undefined>(undefined);
  const slices = useMemo(() => bySlice(objects), [objects]);
  const plane = PLANES[active] ?? (PLANES[0] as (typeof PLANES)[number]);

  function step(axis: 0 | 1 | 2, by: number): void {
    const next: Triple = [...cross];
    next[axis] = Math.min(volume.size[axis] - 1, Math.max(0, next[axis] + by));
    onCross(next);
  }
  function dragWindow(dx: number, dy: number): void {
    const range = Math.max(volume.inner[1] - volume.inner[0], Number.MIN_VALUE) * WINDOW_A_PIXEL;
    onShown(({ low, high }) => {
      const middle = (low + high) / 2 + dy * range;
      const half = Math.max(range / 2, (high - low) / 2 + (dx * range) / 2);
      return { low: middle - half, high: middle + half };
    });
  }

  useKeys((event) => {
    const down = isUpward(volume.toWorld, plane.row) ? -1 : 1;
    const actions: Record<string, () => void> = event.shiftKey
      ? {
          ArrowLeft: () => step(plane.column, -1),
          ArrowRight: () => step(plane.column, 1),
          ArrowUp: () => step(plane.row, -down),
          ArrowDown: () => step(plane.row, down),
          '+': () => setZoomBy({ factor: STEP }),
        }
      : {
          ArrowUp: () => step(plane.normal, 1),
          ArrowDown: () => step(plane.normal, -1),
          PageUp: () => step(plane.normal, FAR),
          PageDown: () => step(plane.normal, -FAR),
          '1': () => setActive(0),
          '2': () => setActive(1),
          '3': () => setActive(2),
          '+': () => setZoomBy({ factor: STEP }),
          '=': () => setZoomBy({ factor: STEP }),
          '-': () => setZoomBy({ factor: 1 / STEP }),
          '0': () => setZoomBy({ factor: 0 }),
          l: () => setLarge(!large),
        };
    return actions[event.key];
  });

  return (
    <div class={large ? 'planes large' : 'planes'}>
      {PLANES.map((one, at) => (
        <PlaneStage
          key={one.name}
          volume={volume}
          plane={one}
          cross={cross}
          onCross={onCross}
          shown={props.shown}
          onDragWindow={dragWindow}
          objects={objects}
          here={slices.get(sliceKey(one, cross[one.normal])) ?? NONE}
          masks={props.masks}
          classes={props.classes}
          choice={props.choice}
          fill={props.fill}
          isActive={at === active}
          onActive={() => setActive(at)}
          zoomBy={at === active ? zoomBy : undefined}
        />
      ))}
      <fieldset class="zoom" aria-label="View">
        <button
          type="button"
          onClick={() => setZoomBy({ factor: 1 / STEP })}
          aria-label={`Zoom out of ${plane.name}`}
          title="Zoom out (-)"
        >
          −
        </button>
        <button
          type="button"
          onClick={() => setZoomBy({ factor: STEP })}
          aria-label={`Zoom into ${plane.name}`}
          title="Zoom in (+)"
        >
          +
        </button>
        <button type="button" onClick={() => setZoomBy({ factor: 0 })} title="All of it (0)">
          Fit
        </button>
        <button
          type="button"
          aria-pressed={large}
          onClick={() => setLarge(!large)}
          title="One plane alone (L)"
        >
          Large
        </button>
      </fieldset>
    </div>
  );
}
