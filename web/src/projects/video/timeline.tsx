/**
 * When each object of a video is there: one row an object. Only the rows on the screen are elements, and only their
 * objects are asked for; gaps too short to be seen are not told apart.
 */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { call } from '../../api.ts';
import { Problem } from '../../parts/bits.tsx';
import { Swatch } from '../../parts/swatch.tsx';
import type { ClassMeta } from '../../shapes.ts';
import { count, plural } from '../../words.ts';
import { createItemPages, type PageReply } from '../item-pages.ts';
import { Tags } from '../viewer/tags.tsx';
import type { Player } from './player.ts';

interface TimelineObject {
  id: number;
  classTitle: string;
  tags: object[];
  figures: number;
  ranges: [first: number, last: number][];
}

const ROW = 26;
/** Parts of the whole length that are told apart: some of a pixel on the widest screen. */
const PARTS = 2000;
const SPARE = 4;

export function Timeline(props: {
  videoId: number;
  total: number;
  player: Player;
  classes: readonly ClassMeta[];
  hidden: ReadonlySet<string>;
  chosen: number | undefined;
  onChosen(object: number): void;
}) {
  const { videoId, total, player, classes, hidden, chosen, onChosen } = props;
  const frames = player.times.count;
  const box = useRef<HTMLDivElement>(null);
  const [, redraw] = useState(0);
  const [error, setError] = useState<Error | undefined>(undefined);
  const [scroll, setScroll] = useState({ top: 0, height: 0 });
  const colors = useMemo(() => new Map(classes.map((one) => [one.title, one.color])), [classes]);

  const pages = useMemo(
    () =>
      createItemPages<TimelineObject>({
        fetchPage: (request, signal) =>
          call<PageReply<TimelineObject>>(
            'videos.annotations.objects',
            { videoId, step: Math.ceil(frames / PARTS), sort: 'id', ...request },
            signal,
          ),
        changed: () => redraw((times) => times + 1),
        failed: setError,
      }),
    [videoId, frames],
  );
  useEffect(() => () => pages.close(), [pages]);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const read = (): void => setScroll({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(read);
    observer.observe(element);
    element.addEventListener('scroll', read, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', read);
    };
  }, []);

  const from = Math.max(0, Math.floor(scroll.top / ROW) - SPARE);
  const to = Math.min(total, Math.ceil((scroll.top + scroll.height) / ROW) + SPARE);
  useEffect(() => {
    if (to > from) pages.want(from, to);
  });

  const rows = [];
  for (let index = from; index < to; index++) {
    const object = pages.get(index);
    rows.push(
      <li key={index} style={{ top: `${index * ROW}px` }} aria-setsize={total} aria-posinset={index + 1}>
        {object === undefined ? null : (
          <Row
            object={object}
            frames={frames}
            color={colors.get(object.classTitle) ?? ''}
            faint={hidden.has(object.classTitle)}
            current={object.id === chosen}
            onFrame={(frame) => player.seek(frame)}
            onChosen={() => {
              onChosen(object.id);
              player.seek(nextAppearance(object, player.frame.value));
            }}
          />
        )}
      </li>,
    );
  }
  if (error !== undefined) return <Problem error={error} retry={() => setError(undefined)} />;
  return (
    <section class="timeline" aria-label="Timeline">
      <p class="dim">{total === 0 ? 'No objects in this video.' : plural(total, 'object')}</p>
      <div ref={box} class="rows" style={{ height: `${Math.min(total, 8) * ROW}px` }}>
        <ul style={{ height: `${total * ROW}px` }}>{rows}</ul>
      </div>
      {total === 0 ? null : <Playhead player={player} />}
    </section>
  );
}

function Row(props: {
  object: TimelineObject;
  frames: number;
  color: string;
  faint: boolean;
  current: boolean;
  onFrame(frame: number): void;
  onChosen(): void;
}) {
  const { object, frames, color } = props;
  const path = object.ranges.map(([first, last]) => `M${first} 0h${last - first + 1}v1H${first}z`).join('');
  return (
    <>
      <button
        type="button"
        class="who"
        aria-current={props.current ? 'true' : undefined}
        title={`Go to it: ${count(object.figures)} figures`}
        onClick={props.onChosen}
      >
        <Swatch color={color} />
        <span class="title">{object.classTitle}</span>
        <span class="dim number">{object.id}</span>
        {object.tags.length === 0 ? null : <Tags tags={object.tags} />}
      </button>
      {/* For a pointer; the keyboard has the button before it and the slider. */}
      <button
        type="button"
        class={props.faint ? 'track faint' : 'track'}
        tabIndex={-1}
        aria-label={`Frames with ${object.classTitle} ${object.id}`}
        onClick={(event) => {
          const { left, width } = event.currentTarget.getBoundingClientRect();
          props.onFrame(Math.floor(((event.clientX - left) / width) * frames));
        }}
      >
        <svg viewBox={`0 0 ${frames} 1`} preserveAspectRatio="none" aria-hidden="true">
          <path d={path} fill={color} stroke={color} />
        </svg>
      </button>
    </>
  );
}

function Playhead(props: { player: Player }) {
  const { frame, times } = props.player;
  const share = (frame.value + 0.5) / times.count;
  return (
    <div class="over" aria-hidden="true">
      <span class="playhead" style={{ left: `${100 * share}%` }} />
    </div>
  );
}

/** Where an object is seen next, from the beginning again after its last. */
function nextAppearance({ ranges }: TimelineObject, frame: number): number {
  const next = ranges.find(([first]) => first > frame) ?? ranges[0];
  return next?.[0] ?? frame;
}
