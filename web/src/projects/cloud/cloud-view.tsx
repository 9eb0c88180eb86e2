/** One point cloud in space with its objects; the clouds of an episode are frames. */
import { useMemo, useState } from 'preact/hooks';
import { useLoaded } from '../../loaded.ts';
import { Loading, Problem } from '../../parts/bits.tsx';
import type { FileState } from '../../reading/use-file.ts';
import { go } from '../../router.tsx';
import { bytes, count } from '../../words.ts';
import { galleryAddress, ItemHead, turnTo } from '../item-head.tsx';
import type { ItemViewProps } from '../item-view.tsx';
import type { Neighbours } from '../neighbours.ts';
import { useItem, useKept } from '../use-item.ts';
import { ClassLegend } from '../viewer/class-legend.tsx';
import { ITEM_KEYS, KeyList } from '../viewer/key-list.tsx';
import { useKeys } from '../viewer/keys.ts';
import { ObjectList } from '../viewer/object-list.tsx';
import { LinkStandIn, StandIn, UnreadStandIn } from '../viewer/stand-in.tsx';
import { useChoice } from '../viewer/use-choice.ts';
import { CloudStage } from './cloud-stage.tsx';
import { FrameSlider } from './frame-slider.tsx';
import { useFramesAhead } from './frames-ahead.ts';
import { type Frame, isEpisode, loadFrames } from './load-cloud.ts';
import { Photos } from './photos.tsx';
import { type ColorBy, waysToColor } from './point-colors.ts';
import { PointSettings } from './point-settings.tsx';
import { type Cloud, shownPoints } from './read/cloud.ts';
import { spatialFigures } from './spatial-figures.ts';
import { usePlayback, usePlayedFrame } from './use-playback.ts';
import { usePoints } from './use-points.ts';

const KEYS = [
  ['← →', 'previous, next'],
  ['Shift + arrows', 'turn (also drag, one finger)'],
  ['W A S D', 'move (also Shift or the second button and drag, two fingers)'],
  ['+ −', 'zoom (also wheel, two fingers)'],
  ['0 T', 'all of it, from above'],
  ...ITEM_KEYS,
] as const;

export function CloudView(props: ItemViewProps) {
  const { project, classes } = props;
  const frame = usePlayedFrame(props.id);
  const { id } = frame;
  const ahead = useFramesAhead(project);
  const loaded = useItem({ ...props, id }, ahead.loadItem);
  const view = useKept(loaded.value);
  const datasetId = isEpisode(project) ? view?.item.datasetId : undefined;
  const frames = useLoaded(
    async (signal) => (datasetId === undefined ? undefined : loadFrames(datasetId, signal)),
    `frames ${datasetId ?? 0}`,
  );
  const neighbours: Neighbours | undefined =
    frames.value === undefined ? view : framesAround(frames.value, id);
  const points = usePoints(view?.item, ahead.points);
  const isSettled =
    loaded.error !== undefined ||
    (loaded.value?.item.id === id &&
      (loaded.value.item.link !== null || points.isThere || points.error !== undefined));
  const playback = usePlayback({
    project,
    asked: props.id,
    frame,
    frames: frames.value,
    isShown: isSettled,
    ahead,
  });
  const choice = useChoice(view?.item.id);
  const figures = useMemo(
    () => (view === undefined ? [] : spatialFigures(view.annotation, classes)),
    [view?.annotation, classes],
  );
  const [wanted, setWanted] = useState<ColorBy | undefined>(undefined);
  const [pointSize, setPointSize] = useState(2);
  const ways = points.value === undefined ? [] : waysToColor(points.value);
  const colorBy = wanted !== undefined && ways.includes(wanted) ? wanted : (ways[0] ?? 'height');

  useKeys((event) => {
    if (event.shiftKey) return undefined;
    const actions: Record<string, () => void> = {
      ArrowLeft: () => turnTo(project, neighbours?.previous),
      ArrowRight: () => turnTo(project, neighbours?.next),
      Escape: () => go(galleryAddress(project)),
      ...(frames.value === undefined ? {} : { ' ': playback.toggle }),
      h: () => choice.toggleAll(figures.map((one) => one.classTitle)),
    };
    return actions[event.key];
  });

  if (view === undefined || loaded.error !== undefined)
    return (
      <main>
        {loaded.error === undefined ? <Loading /> : <Problem error={loaded.error} retry={loaded.reload} />}
      </main>
    );
  const { item, annotation, photos } = view;
  const objects = { objects: figures };
  const drawn = points.value === undefined ? 0 : shownPoints(points.value);

  return (
    <main class="viewing" aria-busy={loaded.value === undefined || !points.isThere}>
      <ItemHead
        project={project}
        item={item}
        tags={annotation.tags}
        neighbours={neighbours}
        keys={['arrow left', 'arrow right']}
      >
        {points.value === undefined ? '' : `${count(points.value.present)} points, `}
        {bytes(item.size)}
      </ItemHead>
      <CloudStage
        label={`${item.name} with ${count(drawn)} points and ${count(figures.length)} ${figures.length === 1 ? 'object' : 'objects'}`}
        cloud={points.value}
        figures={figures}
        choice={choice}
        colorBy={colorBy}
        pointSize={pointSize}
        isThere={points.isThere}
        place={isEpisode(project) ? `episode ${item.datasetId}` : `cloud ${item.id}`}
      >
        {item.link === null ? (
          <InFront points={points} download={`/files/clouds/${item.id}`} />
        ) : (
          <LinkStandIn what="point cloud" link={item.link} />
        )}
      </CloudStage>
      <aside>
        {frames.value === undefined ? null : (
          <FrameSlider
            frames={frames.value}
            id={id}
            onFrame={(to) => turnTo(project, to)}
            playback={playback}
          />
        )}
        <PointSettings
          ways={ways}
          colorBy={colorBy}
          onColorBy={setWanted}
          pointSize={pointSize}
          onPointSize={setPointSize}
        />
        <ClassLegend
          annotation={objects}
          classes={classes}
          hidden={choice.hidden}
          onHidden={choice.onHidden}
        />
        <ObjectList
          annotation={objects}
          classes={classes}
          hidden={choice.hidden}
          lit={choice.lit}
          chosen={choice.chosen}
          onLit={choice.onLit}
          onChosen={choice.look}
        />
        <Photos photos={photos} />
        <KeyList keys={frames.value === undefined ? KEYS : [['Space', 'play, pause'], ...KEYS]} />
      </aside>
    </main>
  );
}

/** What there is to say about the points, in front of them. */
function InFront(props: { points: FileState<Cloud>; download: string }) {
  const { value: cloud, error, isThere, share } = props.points;
  if (error !== undefined) return <UnreadStandIn error={error} download={props.download} />;
  if (cloud === undefined)
    return (
      <StandIn>
        <progress value={share} aria-label="Bytes of the point cloud" />
        {share < 1 ? 'Fetching the points' : 'Reading the points'}
      </StandIn>
    );
  const words = [
    ...(shownPoints(cloud) + cloud.placeless < cloud.present
      ? [`${count(shownPoints(cloud))} of ${count(cloud.present)} points are shown`]
      : []),
    ...(cloud.placeless > 0 ? [`${count(cloud.placeless)} points have no place`] : []),
    ...(cloud.present < cloud.declared
      ? [`the file ends after ${count(cloud.present)} of ${count(cloud.declared)} points`]
      : []),
    ...(isThere ? [] : ['loading']),
  ];
  return words.length === 0 ? null : <p class="why-shown">{words.join('; ')}</p>;
}

function framesAround(frames: readonly Frame[], id: number): Neighbours {
  const at = frames.findIndex((one) => one.id === id);
  return at === -1
    ? { previous: undefined, next: undefined }
    : { previous: frames[at - 1]?.id, next: frames[at + 1]?.id };
}
