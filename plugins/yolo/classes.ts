/** Class numbers of a dataset as classes of the project. */
import type { Shape } from '../../src/format/model.ts';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';
import type { KeypointShape, YoloConfig } from './config.ts';
import type { LineShape } from './line-shape.ts';
import type { TaskGuess } from './survey.ts';

export interface YoloClass {
  name: string;
  /** As the project has it. */
  title: string;
  /** Of the class for boxes beside keypoints; defined at the first use. */
  boxTitle(): string;
  /** Node ids, in order. */
  nodes: readonly string[];
}

export type ObbAs = 'polygon' | 'oriented_bbox';

export interface ClassPlan {
  /** Undefined: its numbers are called by themselves. */
  config: YoloConfig | undefined;
  names: ReadonlyMap<number, string>;
  /** All of `names` are defined, else those that are used. */
  all: boolean;
  shapes: ReadonlyMap<number, ReadonlySet<LineShape>>;
  guess: TaskGuess;
  obb: ObbAs;
}

export function defineClasses(project: ProjectWriter, plan: ClassPlan): Map<number, YoloClass> {
  const { config, names, all, shapes, guess, obb } = plan;
  const indices = [...names.keys()].filter((index) => all || shapes.has(index)).sort((a, b) => a - b);
  const classes = new Map<number, YoloClass>();
  for (const index of indices) {
    const name = names.get(index) ?? '';
    const shape = classShape(shapes.get(index), guess, obb);
    const color = config?.colors.get(index);
    const keypoints = shape === 'graph' ? guess.keypoints : undefined;
    const nodes = keypoints === undefined ? [] : nodeIds(keypoints, index);
    const title = project.defineClass({
      title: name,
      shape,
      ...(color === undefined ? {} : { color }),
      ...(keypoints === undefined ? {} : { geometry_config: template(keypoints, index) }),
    });
    let box: string | undefined;
    classes.set(index, {
      name,
      title,
      nodes,
      boxTitle() {
        box ??= shape === 'graph' ? project.defineClass({ title: boxName(name), shape: 'rectangle' }) : title;
        return box;
      },
    });
  }
  return classes;
}

export const boxName = (name: string): string => (name.includes(' ') ? `${name} bbox` : `${name}_bbox`);

function classShape(found: ReadonlySet<LineShape> | undefined, guess: TaskGuess, obb: ObbAs): Shape {
  const shapes = new Set<Shape>();
  for (const one of found ?? []) {
    // Beside keypoints boxes have a class of their own.
    if (guess.task === 'pose' && one === 'box') continue;
    shapes.add(SHAPES[one] ?? obb);
  }
  const [only] = shapes;
  if (shapes.size > 1) return 'any';
  if (only !== undefined) return only;
  if (guess.task === 'pose') return guess.keypoints === undefined ? 'rectangle' : 'graph';
  return guess.task === 'detect' ? 'rectangle' : guess.task === 'segment' ? 'polygon' : obb;
}

const SHAPES: Readonly<Record<LineShape, Shape | undefined>> = {
  box: 'rectangle',
  polygon: 'polygon',
  keypoints: 'graph',
  corners: undefined,
};

/** A class with names of its own for fewer keypoints has these only; the rest of its lines is filling. */
function nodeIds({ count, names }: KeypointShape, index: number): string[] {
  return Array.from({ length: names.get(index)?.length ?? count }, (_, i) => String(i));
}

function template(keypoints: KeypointShape, index: number): Record<string, unknown> {
  const ids = nodeIds(keypoints, index);
  const names = keypoints.names.get(index);
  const nodes: Record<string, unknown> = {};
  for (const [i, id] of ids.entries()) {
    const angle = (2 * Math.PI * i) / ids.length - Math.PI / 2;
    // There is no layout in the format: a circle of 100 x 100.
    const loc = [Math.round(50 + 45 * Math.cos(angle)), Math.round(50 + 45 * Math.sin(angle))];
    nodes[id] = { label: names?.[i] ?? id, loc, color: '#0000FF' };
  }
  return {
    nodes,
    edges: [],
    ...(keypoints.flip === undefined ? {} : { flip_idx: keypoints.flip }),
  };
}
