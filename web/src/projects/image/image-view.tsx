/** One picture with its objects. Arrow keys go to the neighbours in what was looked at before. */
import { useState } from 'preact/hooks';
import type { DrawnObject } from '../../draw/shapes.ts';
import { type Size, UNKNOWN_SIZE } from '../../draw/view.ts';
import { Loading, Problem } from '../../parts/bits.tsx';
import { go } from '../../router.tsx';
import type { Image, ImageAnnotation } from '../../shapes.ts';
import { bytes, plural } from '../../words.ts';
import { galleryAddress, ItemHead, turnTo } from '../item-head.tsx';
import type { ItemViewProps } from '../item-view.tsx';
import { useItem, useKept } from '../use-item.ts';
import { ClassLegend } from '../viewer/class-legend.tsx';
import { FillSlider } from '../viewer/fill-slider.tsx';
import { ITEM_KEYS, KeyList, STAGE_KEYS } from '../viewer/key-list.tsx';
import { useKeys } from '../viewer/keys.ts';
import { ObjectList } from '../viewer/object-list.tsx';
import { Picture } from '../viewer/picture.tsx';
import { Stage } from '../viewer/stage.tsx';
import { useChoice } from '../viewer/use-choice.ts';
import { loadImage } from './load-image.ts';

export function ImageView(props: ItemViewProps) {
  const { project, classes } = props;
  const loaded = useItem(props, loadImage);
  const view = useKept(loaded.value);

  const choice = useChoice(view?.image.id);
  const [fill, setFill] = useState(0.35);

  useKeys((event) => {
    if (event.shiftKey) return undefined;
    const actions: Record<string, () => void> = {
      ArrowLeft: () => turnTo(project, loaded.value?.previous),
      ArrowRight: () => turnTo(project, loaded.value?.next),
      Escape: () => go(galleryAddress(project)),
      h: () => choice.toggleAll(view?.annotation.objects.map((one) => one.classTitle) ?? []),
    };
    return actions[event.key];
  });

  if (loaded.error !== undefined)
    return (
      <main>
        <Problem error={loaded.error} retry={loaded.reload} />
      </main>
    );
  if (view === undefined)
    return (
      <main>
        <Loading />
      </main>
    );
  const { image, annotation } = view;
  const picture = sizeOf(image, annotation);

  return (
    <main class="viewing" aria-busy={loaded.value === undefined}>
      <ItemHead
        project={project}
        item={image}
        tags={annotation.tags}
        neighbours={view}
        keys={['arrow left', 'arrow right']}
      >
        {image.width === null ? '' : `${image.width} x ${image.height}, `}
        {bytes(image.size)}
      </ItemHead>
      <Stage
        label={`${image.name} with ${plural(annotation.objects.length, 'object')}`}
        picture={picture}
        item={image.id}
        objects={annotation.objects as unknown as readonly DrawnObject[]}
        classes={classes}
        hidden={choice.hidden}
        fill={fill}
        lit={choice.lit ?? choice.chosen}
        lookAt={choice.lookAt}
        onLit={choice.onLit}
        onChosen={choice.onChosen}
      >
        {(shown) => <Picture image={image} picture={picture} view={shown} />}
      </Stage>
      <aside>
        <ClassLegend
          annotation={annotation}
          classes={classes}
          hidden={choice.hidden}
          onHidden={choice.onHidden}
        />
        <FillSlider fill={fill} onFill={setFill} />
        <ObjectList
          annotation={annotation}
          classes={classes}
          hidden={choice.hidden}
          lit={choice.lit}
          chosen={choice.chosen}
          onLit={choice.onLit}
          onChosen={choice.look}
        />
        {annotation.description === '' ? null : <p class="dim">{annotation.description}</p>}
        <KeyList keys={[['← →', 'previous, next'], ...STAGE_KEYS, ...ITEM_KEYS]} />
      </aside>
    </main>
  );
}

/** Coordinates are in the annotation's size. */
function sizeOf(image: Image, annotation: ImageAnnotation): Size {
  const candidates = [annotation.size, { width: image.width ?? 0, height: image.height ?? 0 }];
  return candidates.find((one) => one.width > 0 && one.height > 0) ?? UNKNOWN_SIZE;
}
