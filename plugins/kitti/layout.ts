/**
 * Which label and masks belong to which picture. They lie in folders side by side (`training/image_2`,
 * `training/label_2`), or in as many trees as there were archives (`data_object_label_2/training/label_2`).
 */
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';

const KINDS = ['label_2', 'instance', 'semantic'] as const;
export type Kind = (typeof KINDS)[number];

export interface Frame {
  picture: string;
  /** Folder above, its last part: `training`; '' when there is none. */
  set: string;
  files: Partial<Record<Kind, string>>;
}

export interface KittiLayout {
  /** Pictures of image_2, in the order of the tree. */
  left: Frame[];
  /** Pictures of image_3. */
  right: Frame[];
  /** Labels and masks no picture takes. */
  orphans: { kind: Kind; file: string }[];
  /** Lists of classes: `colors.json`. */
  colours: string[];
}

interface Place {
  file: string;
  above: string;
  stem: string;
}

export function findLayout(tree: Pick<SourceTree, 'files'>): KittiLayout {
  const pictures: Record<'image_2' | 'image_3', Place[]> = { image_2: [], image_3: [] };
  const others: Record<Kind, Place[]> = { label_2: [], instance: [], semantic: [] };
  const colours: string[] = [];
  for (const { path: file } of tree.files) {
    const [, above = '', folder = '', name = ''] = /^(?:(.*)\/)?([^/]+)\/([^/]+)$/.exec(file) ?? [];
    if (/(?:^|\/)colors\.json$/.test(file)) colours.push(file);
    const place = { file, above, stem: stemOf(name) };
    if (folder === 'image_2' || folder === 'image_3') {
      if (isImageName(name)) pictures[folder].push(place);
    } else if (folder === 'label_2') {
      if (/\.txt$/i.test(name)) others.label_2.push(place);
    } else if (folder === 'instance' || folder === 'semantic') {
      if (/\.png$/i.test(name)) others[folder].push(place);
    }
  }
  const left = pictures.image_2.map(frameOf);
  const orphans: KittiLayout['orphans'] = [];
  for (const kind of KINDS) {
    const frames = indexFrames(pictures.image_2, left);
    for (const place of others[kind]) {
      const frame =
        frames.get(keyOf(place.above, place.stem)) ?? frames.get(keyOf(`…/${setOf(place)}`, place.stem));
      if (frame === undefined || frame.files[kind] !== undefined) orphans.push({ kind, file: place.file });
      else frame.files[kind] = place.file;
    }
  }
  return { left, right: pictures.image_3.map(frameOf), orphans, colours };
}

/** By the whole folder above, and by its last part alone. */
function indexFrames(places: readonly Place[], frames: readonly Frame[]): Map<string, Frame> {
  const map = new Map<string, Frame>();
  for (const [i, place] of places.entries()) {
    const frame = frames[i];
    if (frame === undefined) continue;
    map.set(keyOf(place.above, place.stem), frame);
    const loose = keyOf(`…/${setOf(place)}`, place.stem);
    if (!map.has(loose)) map.set(loose, frame);
  }
  return map;
}

const frameOf = (place: Place): Frame => ({ picture: place.file, set: setOf(place), files: {} });
const setOf = ({ above }: Place): string => above.slice(above.lastIndexOf('/') + 1);
const keyOf = (above: string, stem: string): string => `${above}\n${stem}`;
