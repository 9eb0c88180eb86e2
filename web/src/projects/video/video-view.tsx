/** One video: it plays with the figures of each frame over it, and a timeline of its objects. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { call } from '../../api.ts';
import { type Size, UNKNOWN_SIZE } from '../../draw/view.ts';
import { Loading, Problem } from '../../parts/bits.tsx';
import { go } from '../../router.tsx';
import { bytes, plural } from '../../words.ts';
import { galleryAddress, ItemHead, turnTo } from '../item-head.tsx';
import type { ItemViewProps } from '../item-view.tsx';
import { useItem } from '../use-item.ts';
import { ClassLegend } from '../viewer/class-legend.tsx';
import { FillSlider } from '../viewer/fill-slider.tsx';
import { ITEM_KEYS, KeyList, STAGE_KEYS } from '../viewer/key-list.tsx';
import { useKeys } from '../viewer/keys.ts';
import { ObjectList } from '../viewer/object-list.tsx';
import { Stage } from '../viewer/stage.tsx';
import { useChoice } from '../viewer/use-choice.ts';
import { Controls } from './controls.tsx';
import { type Figure, frameObject } from './frame-objects.ts';
import { clock, createFrameTimes } from './frame-times.ts';
import { createFrameWindows, type FramesReply } from './frame-windows.ts';
import { type LoadedVideo, loadVideo } from './load-video.ts';
import { MovingPicture } from './moving-picture.tsx';
import { createPlayer } from './player.ts';
import { Timeline } from './timeline.tsx';
import { VideoTags } from './video-tags.tsx';

const FAR = 10;

export function VideoView(props: ItemViewProps) {
  const loaded = useItem(props, loadVideo);
  const view = loaded.value;
  if (view === undefined)
    return (
      <main>
        {loaded.error === undefined ? <Loading /> : <Problem error={loaded.error} retry={loaded.reload} />}
      </main>
    );
  return <Shown key={view.video.id} {...props} view={view} />;
}

function Shown(props: ItemViewProps & { view: LoadedVideo }) {
  const { project, classes, view } = props;
  const { video, summary } = view;
  const { id, fileMeta } = video;
  const picture = sizeOf(view);
  const [player] = useState(() => {
    const { framesToTimecodes: times = null, duration = 0 } = fileMeta;
    return createPlayer(
      createFrameTimes({ count: summary.framesCount, times, duration }),
      video.link === null,
    );
  });
  const frame = player.frame.value;
  const { objects, error } = useFrameObjects(id, player.times.count, frame);
  // What is chosen is an object: it stays so from frame to frame.
  const choice = useChoice(id);
  const [fill, setFill] = useState(0.35);
  const placeOf = (object: number | undefined): number | undefined => {
    const at = object === undefined ? -1 : objects.findIndex((one) => one.objectId === object);
    return at === -1 ? undefined : at;
  };
  const objectAt = (at: number | undefined): number | undefined =>
    at === undefined ? undefined : (objects[at]?.objectId ?? undefined);
  const lookAt = useMemo(() => {
    const index = placeOf(choice.lookAt?.index);
    return index === undefined ? undefined : { index };
  }, [choice.lookAt]);

  useKeys((event) => {
    const actions: Record<string, () => void> = {
      ' ': () => player.toggle(),
      ArrowLeft: () => player.step(-1),
      ArrowRight: () => player.step(1),
      PageUp: () => player.step(-FAR),
      PageDown: () => player.step(FAR),
      Home: () => player.seek(0),
      End: () => player.seek(player.times.count - 1),
      p: () => turnTo(project, view.previous),
      n: () => turnTo(project, view.next),
      h: () => choice.toggleAll(summary.classes.map((one) => one.classTitle)),
      Escape: () => go(galleryAddress(project)),
    };
    return event.shiftKey ? undefined : actions[event.key];
  });

  const counts = useMemo(
    () => new Map(summary.classes.map((one) => [one.classTitle, one.objects])),
    [summary],
  );
  const facts = [
    ...(summary.size.width > 0 ? [`${summary.size.width} x ${summary.size.height}`] : []),
    ...(summary.framesCount > 0 ? [plural(summary.framesCount, 'frame')] : []),
    ...(fileMeta.duration === undefined ? [] : [clock(fileMeta.duration)]),
    ...(fileMeta.codecName === undefined ? [] : [fileMeta.codecName]),
    ...(fileMeta.size === undefined ? [] : [bytes(fileMeta.size)]),
  ];

  return (
    <main class="viewing watching">
      <ItemHead project={project} item={video} neighbours={view} keys={['P', 'N']}>
        {facts.join(', ')}
      </ItemHead>
      <div class="player">
        <Stage
          label={`Frame ${frame} of ${video.name} with ${plural(objects.length, 'object')}`}
          picture={picture}
          item={id}
          objects={objects}
          classes={classes}
          hidden={choice.hidden}
          fill={fill}
          lit={placeOf(choice.lit ?? choice.chosen)}
          lookAt={lookAt}
          onLit={(at) => choice.onLit(objectAt(at))}
          onChosen={(at) => choice.onChosen(objectAt(at))}
          steady
        >
          {(shown) => <MovingPicture video={video} player={player} picture={picture} view={shown} />}
        </Stage>
        {summary.firstStream ? null : (
          <p class="box warn">
            The file has several videos, and a browser plays the first one: what you see is not the one that
            was labelled.
          </p>
        )}
        {error === undefined ? null : <Problem error={error} />}
        <Controls player={player} />
        <Timeline
          videoId={id}
          total={summary.objectsCount}
          player={player}
          classes={classes}
          hidden={choice.hidden}
          chosen={choice.chosen}
          onChosen={choice.onChosen}
        />
      </div>
      <aside>
        <VideoTags tags={summary.tags} player={player} />
        <ClassLegend
          annotation={{ objects }}
          counts={counts}
          classes={classes}
          hidden={choice.hidden}
          onHidden={choice.onHidden}
        />
        <FillSlider fill={fill} onFill={setFill} />
        <ObjectList
          annotation={{ objects }}
          classes={classes}
          hidden={choice.hidden}
          lit={placeOf(choice.lit)}
          chosen={placeOf(choice.chosen)}
          onLit={(at) => choice.onLit(objectAt(at))}
          onChosen={(at) => {
            const object = objectAt(at);
            if (object !== undefined) choice.look(object);
          }}
        />
        <KeyList
          keys={[
            ['Space', 'play, pause'],
            ['← →', 'one frame back, forward'],
            ['Page up, down', `${FAR} frames`],
            ['Home End', 'first, last frame'],
            ['P N', 'previous, next video'],
            ...STAGE_KEYS,
            ...ITEM_KEYS,
          ]}
        />
      </aside>
    </main>
  );
}

/** The objects of a frame; none while they are on their way. */
function useFrameObjects(videoId: number, count: number, frame: number) {
  const [, redraw] = useState(0);
  const [error, setError] = useState<Error | undefined>(undefined);
  const [windows] = useState(() =>
    createFrameWindows<Figure>({
      count,
      fetchFrames: (from, to, signal) =>
        call<FramesReply<Figure>>('videos.annotations.frames', { videoId, from, to }, signal),
      changed: () => redraw((times) => times + 1),
      failed: setError,
    }),
  );
  useEffect(() => windows.close, [windows]);
  useEffect(() => windows.want(frame), [windows, frame]);
  const figures = windows.get(frame);
  const objects = useMemo(() => (figures ?? []).map(frameObject), [figures]);
  return { objects, error };
}

/** Coordinates are in the size of the stream. */
function sizeOf({ summary, video }: LoadedVideo): Size {
  const { width = 0, height = 0 } = video.fileMeta;
  return [summary.size, { width, height }].find((one) => one.width > 0 && one.height > 0) ?? UNKNOWN_SIZE;
}
