/** One volume in three planes with its objects. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Loading, Problem } from '../../parts/bits.tsx';
import { go } from '../../router.tsx';
import { bytes, count } from '../../words.ts';
import { galleryAddress, ItemHead, turnTo } from '../item-head.tsx';
import type { ItemViewProps } from '../item-view.tsx';
import { useItem, useKept } from '../use-item.ts';
import { ClassLegend } from '../viewer/class-legend.tsx';
import { FillSlider } from '../viewer/fill-slider.tsx';
import { ITEM_KEYS, KeyList } from '../viewer/key-list.tsx';
import { useKeys } from '../viewer/keys.ts';
import { ObjectList } from '../viewer/object-list.tsx';
import { LinkStandIn, StandIn, UnreadStandIn } from '../viewer/stand-in.tsx';
import { useChoice } from '../viewer/use-choice.ts';
import { loadVolume, type VolumeItem } from './load-volume.ts';
import type { Window } from './paint.ts';
import { spacingOf, type Triple } from './planes.ts';
import type { Volume } from './read/volume.ts';
import { useMasks } from './use-masks.ts';
import { useVolume } from './use-volume.ts';
import { middleOf, volumeObjects } from './volume-objects.ts';
import { VolumeStage } from './volume-stage.tsx';
import { rounded, WindowSettings } from './window-settings.tsx';

const KEYS = [
  ['← →', 'previous, next volume'],
  ['↑ ↓', 'next, previous slice of the plane in use (also wheel)'],
  ['Page up, down', 'ten slices'],
  ['1 2 3', 'axial, coronal, sagittal'],
  ['Shift + arrows', 'move the crosshair (also drag)'],
  ['Second button', 'drag: up and down the level, sideways the width'],
  ['+ − 0', 'zoom, all of it (also Ctrl + wheel, two fingers)'],
  ['L', 'one plane alone'],
  ...ITEM_KEYS,
] as const;

export function VolumeView(props: ItemViewProps) {
  const { project, classes } = props;
  const loaded = useItem(props, loadVolume);
  const view = useKept(loaded.value);
  const file = useVolume(view?.item);
  const volume = file.value;
  const choice = useChoice(view?.item.id);
  const objects = useMemo(
    () => (view === undefined ? [] : volumeObjects(view.annotation)),
    [view?.annotation],
  );
  const masks = useMasks(objects, volume);
  const [fill, setFill] = useState(0.35);
  const [cross, setCross] = useState<Triple>([0, 0, 0]);
  const first = useMemo(() => firstWindow(volume, view?.item), [volume, view?.item]);
  const [shown, setShown] = useState<Window>(first);

  useEffect(() => {
    if (volume === undefined) return;
    setCross(volume.size.map((one) => Math.floor(one / 2)) as Triple);
    setShown(first);
  }, [volume]);
  useEffect(() => {
    const at = choice.lookAt?.index;
    const object = at === undefined ? undefined : objects[at];
    if (at === undefined || object === undefined || volume === undefined) return;
    const mask = masks.placed.get(at);
    const middle =
      mask === undefined
        ? middleOf(object, cross)
        : mask.at.map((from, axis) => from + Math.floor((mask.size[axis] as number) / 2));
    setCross(
      middle.map((one, axis) => Math.min((volume.size[axis] as number) - 1, Math.max(0, one))) as Triple,
    );
  }, [choice.lookAt]);

  useKeys((event) => {
    if (event.shiftKey) return undefined;
    const actions: Record<string, () => void> = {
      ArrowLeft: () => turnTo(project, loaded.value?.previous),
      ArrowRight: () => turnTo(project, loaded.value?.next),
      Escape: () => go(galleryAddress(project)),
      h: () => choice.toggleAll(objects.map((one) => one.classTitle)),
    };
    return actions[event.key];
  });

  if (view === undefined || loaded.error !== undefined)
    return (
      <main>
        {loaded.error === undefined ? <Loading /> : <Problem error={loaded.error} retry={loaded.reload} />}
      </main>
    );
  const { item, annotation } = view;
  const listed = { objects };

  return (
    <main class="viewing" aria-busy={loaded.value === undefined || volume === undefined}>
      <ItemHead
        project={project}
        item={item}
        tags={annotation.tags}
        neighbours={view}
        keys={['arrow left', 'arrow right']}
      >
        {volume === undefined ? '' : `${volume.size.join(' x ')}, `}
        {bytes(item.size)}
      </ItemHead>
      <div class="viewer">
        {volume !== undefined ? (
          <VolumeStage
            volume={volume}
            cross={cross}
            onCross={setCross}
            shown={shown}
            onShown={setShown}
            objects={objects}
            masks={masks.placed}
            classes={classes}
            choice={choice}
            fill={fill}
          />
        ) : item.link !== null ? (
          <LinkStandIn what="volume" link={item.link} />
        ) : file.error !== undefined ? (
          <UnreadStandIn error={file.error} download={`/files/volumes/${item.id}`} />
        ) : (
          <StandIn>
            <progress value={file.share} aria-label="Bytes of the volume" />
            {file.share < 1 ? 'Fetching the voxels' : 'Reading the voxels'}
          </StandIn>
        )}
      </div>
      <aside>
        {volume === undefined ? null : (
          <>
            <Here volume={volume} cross={cross} />
            <WindowSettings volume={volume} shown={shown} first={first} onShown={setShown} />
          </>
        )}
        <ClassLegend
          annotation={listed}
          classes={classes}
          hidden={choice.hidden}
          onHidden={choice.onHidden}
        />
        <FillSlider fill={fill} onFill={setFill} />
        {masks.missing === 0 ? null : (
          <p class="dim">
            {count(masks.missing)} of the objects in space {masks.missing === 1 ? 'is' : 'are'} not shown.{' '}
            {masks.reason}
          </p>
        )}
        <ObjectList
          annotation={listed}
          classes={classes}
          hidden={choice.hidden}
          lit={choice.lit}
          chosen={choice.chosen}
          onLit={choice.onLit}
          onChosen={choice.look}
        />
        <KeyList keys={KEYS} />
      </aside>
    </main>
  );
}

/** What is at the crosshair. */
function Here({ volume, cross }: { volume: Volume; cross: Triple }) {
  const { voxels, stride, slope, intercept, layers } = volume;
  const stored =
    voxels[cross.reduce((sum, one, axis) => sum + one * (stride[axis] as number), 0)] ?? Number.NaN;
  return (
    <p class="dim">
      Value <b>{rounded(stored * slope + intercept)}</b> at {cross.join(', ')};{' '}
      {spacingOf(volume.toWorld).map(rounded).join(' x ')} mm
      {layers > 1 ? `; the first of ${layers} layers` : ''}
    </p>
  );
}

/** As the meta of the volume says, else between the values of nearly all voxels. */
function firstWindow(volume: Volume | undefined, item: VolumeItem | undefined): Window {
  const { windowCenter: centre, windowWidth: width } = item?.meta ?? {};
  if (typeof centre === 'number' && typeof width === 'number' && width > 0 && Number.isFinite(centre + width))
    return { low: centre - width / 2, high: centre + width / 2 };
  const [low, high] = volume?.inner ?? [0, 1];
  return { low, high: high > low ? high : low + 1 };
}
