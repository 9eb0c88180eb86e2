/** The faces of one picture from all lists that name it, as labels. */
import { createHash } from 'node:crypto';
import type { Label } from '../../src/format/model.ts';
import type { LabelledItems, LookedAt } from '../../src/plugin-kit/labelled-items.ts';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';
import type { RangeReader } from '../../src/plugin-kit/range-reader.ts';
import type { TagNames } from '../../src/plugin-kit/tag-names.ts';
import { boxPixels, pointPixel } from '../../src/plugin-kit/to-pixels.ts';
import { ATTRIBUTES, type FaceLine, isNoFace, LANDMARKS, readFaceLine } from './face-line.ts';
import type { Entry } from './lists.ts';

const EDGES = [
  ['left_eye', 'right_eye'],
  ['left_eye', 'nose'],
  ['right_eye', 'nose'],
  ['nose', 'left_mouth'],
  ['nose', 'right_mouth'],
  ['left_mouth', 'right_mouth'],
] as const;
/** Where the nodes stand in the template, as on a face that looks at us. */
const LAYOUT: Record<(typeof LANDMARKS)[number], [number, number]> = {
  left_eye: [30, 35],
  right_eye: [70, 35],
  nose: [50, 55],
  left_mouth: [35, 75],
  right_mouth: [65, 75],
};
const TEMPLATE = {
  nodes: Object.fromEntries(LANDMARKS.map((id) => [id, { label: id, loc: LAYOUT[id], color: '#0000FF' }])),
  edges: EDGES.map(([src, dst]) => ({ src, dst, color: '#00FF00' })),
};

export interface FaceReader {
  labels(picture: LookedAt, entries: readonly Entry[]): Label[];
}

export function createFaceReader(deps: {
  items: Pick<LabelledItems, 'fault' | 'book'>;
  project: Pick<ProjectWriter, 'defineClass'>;
  tags: TagNames;
  ranges: RangeReader;
}): FaceReader {
  const { items, project, tags, ranges } = deps;

  function read(entry: Entry): FaceLine[] {
    const { place, line, count } = entry;
    const faces: FaceLine[] = [];
    let seen = 0;
    for (const [i, text] of ranges.text(place).split('\n').entries()) {
      if (text.trim() === '' || (count === 0 && isNoFace(text))) continue;
      seen++;
      const face = readFaceLine(text);
      if (typeof face === 'string') {
        items.fault('faces that cannot be read', () => ({
          file: place.file,
          place: `line ${line + i}`,
          code: 'SLY_FORMAT_INVALID',
          message: face,
          hint: 'This face is left out.',
        }));
      } else faces.push(face);
    }
    if (count !== undefined && count !== seen)
      items.book.note('warning', 'pictures with another number of faces than announced', () => ({
        file: place.file,
        place: `line ${line - 1}`,
        code: 'SLY_FORMAT_INVALID',
        message: `${entry.name}: expected ${count} faces as announced, got ${seen} lines`,
      }));
    return faces;
  }

  /** The lists of RetinaFace repeat the boxes of WIDER FACE: what both say of one box is one face. */
  function together(entries: readonly Entry[]): FaceLine[] {
    const faces: FaceLine[] = [];
    for (const [nth, entry] of entries.entries()) {
      const earlier = new Map<string, number[]>();
      if (nth > 0)
        for (const [i, { box }] of faces.entries())
          earlier.set(box.join(), [...(earlier.get(box.join()) ?? []), i]);
      for (const face of read(entry)) {
        const same = earlier.get(face.box.join())?.shift();
        if (same === undefined) faces.push(face);
        else faces[same] = { ...faces[same], ...face };
      }
    }
    return faces;
  }

  function tagsOf({ attributes = [], blurScore }: FaceLine): Label['tags'] {
    const list = attributes.map(([name, value]) => {
      const values = ATTRIBUTES.find(([one]) => one === name)?.[1] ?? [];
      return tags.oneOf(name, value, values, 'objectsOnly');
    });
    if (blurScore !== undefined) list.push(tags.number('blur_score', blurScore, 'objectsOnly'));
    return list;
  }

  return {
    labels(picture, entries) {
      const labels: Label[] = [];
      for (const [n, face] of together(entries).entries()) {
        const [x, y, w, h] = face.box;
        const corners = boxPixels(x, y, w, h, picture);
        const nodes = Object.entries(face.landmarks ?? {}).map(([id, { x: left, y: top, occluded }]) => {
          const loc = pointPixel(left, top, picture);
          return [id, occluded ? { loc, disabled: true } : { loc }] as const;
        });
        const instance = nodes.length > 0 ? { instance: keyOf(`${picture.file}\n${n}`) } : {};
        if (corners === undefined)
          items.fault('faces outside of their picture', () => ({
            file: picture.file,
            code: 'SLY_FORMAT_INVALID',
            message: `expected a face inside of ${picture.width} x ${picture.height} pixels, got ${face.box.join(' ')}`,
            hint: 'This face is left out.',
          }));
        else
          labels.push({
            classTitle: project.defineClass({ title: 'face', shape: 'rectangle', color: '#00FF00' }),
            geometryType: 'rectangle',
            shape: 'rectangle',
            points: { exterior: corners, interior: [] },
            tags: tagsOf(face),
            description: '',
            ...instance,
          });
        if (nodes.length > 0)
          labels.push({
            classTitle: project.defineClass({
              title: 'face_landmarks',
              shape: 'graph',
              color: '#FF8000',
              geometry_config: TEMPLATE,
            }),
            geometryType: 'graph',
            shape: 'graph',
            nodes: Object.fromEntries(nodes),
            tags: [],
            description: '',
            ...instance,
          });
      }
      return labels;
    },
  };
}

/** The same for the same source, so that an import that runs again gives the same. */
const keyOf = (what: string): string => createHash('sha256').update(what).digest('hex').slice(0, 32);
