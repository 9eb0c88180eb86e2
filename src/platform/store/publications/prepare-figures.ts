/** A line of figures, checked as far as that goes without the database. */
import { PLANES, sliceOf } from '../../../format/planes.ts';
import { isRecord, shown } from '../../../format/problem.ts';
import { FILES, geometryProblem } from '../../../format/sound-geometry.ts';
import type { PublishFigures } from '../../../protocol/publish.ts';
import { type PreparedTag, type Problem, prepareTags, restOf } from './prepare-head.ts';

export interface PreparedFigure {
  /** For messages. */
  named: string;
  key: string | undefined;
  objectKey: string;
  geometryType: string;
  /** JSON. */
  geometry: string;
  sha256: string | null;
  plane: string;
  /** -1 = none. */
  frame: number;
  json: string;
  tags: PreparedTag[];
}

export interface PreparedFigures {
  of: string;
  related: string | undefined;
  figures: PreparedFigure[];
  problems: string[];
}

type Sent = PublishFigures['figures'][number];

/** What has a column of its own, and what other platforms know things by. */
const NOT_KEPT = new Set<string>([
  ...['id', 'key', 'objectKey', 'objectId', 'entityId', 'imageId', 'classId', 'classTitle', 'shape'],
  ...['geometryType', 'geometry', 'sha256', 'file', 'tags', 'datasetId', 'projectId', 'frame', 'plane'],
  ...['createdAt', 'updatedAt'],
]);

export function prepareFigures(line: PublishFigures, projectType: string): PreparedFigures {
  const prepared: PreparedFigures = { of: line.of, related: line.related, figures: [], problems: [] };
  const kind = line.related === undefined ? projectType : 'related';
  for (const [at, figure] of line.figures.entries()) {
    const one = prepareFigure(figure, at, kind);
    if ('problem' in one) prepared.problems.push(one.problem);
    else prepared.figures.push(one);
  }
  return prepared;
}

function prepareFigure(figure: Sent, at: number, kind: string): PreparedFigure | Problem {
  const { key, objectKey, geometryType, sha256 = null } = figure;
  const { tags, meta } = keysOf(figure);
  const where = placeOf(figure, kind);
  const named = `figure ${shown(key ?? at)} of object ${shown(objectKey)}${where.shown}`;
  if (where.problem !== undefined) return { problem: `${named}: ${where.problem}` };
  const problem = problemOf(figure, named);
  if (problem !== undefined) return { problem };
  const ownTags = prepareTags(tags, `${named}.tags`);
  if ('problem' in ownTags) return ownTags;
  const fullMeta = { ...(isRecord(meta) && meta), ...where.meta };
  return {
    ...{ named, key, objectKey, geometryType, sha256, tags: ownTags },
    geometry: sha256 === null ? JSON.stringify(figure.geometry) : '{}',
    plane: where.plane,
    frame: where.frame,
    json: restOf({ ...figure, meta: Object.keys(fullMeta).length > 0 ? fullMeta : null }, NOT_KEPT),
  };
}

/** What the schema says nothing of is there as it was sent. */
const keysOf = (figure: Sent): Record<string, unknown> => ({ ...figure });

interface Place {
  plane: string;
  frame: number;
  /** For messages. */
  shown: string;
  /** As clients of the API send and read it. */
  meta: Record<string, unknown>;
  problem?: string;
}

const IN_SPACE: Place = { plane: '', frame: -1, shown: '', meta: {} };

function placeOf(sent: Sent, kind: string): Place {
  const { frame, plane } = sent;
  if (kind === 'videos') {
    if (frame === undefined)
      return { ...IN_SPACE, problem: 'frame: expected a whole number from 0, got nothing' };
    return { plane: '', frame, shown: ` in frame ${frame}`, meta: { frame } };
  }
  if (kind !== 'volumes' || plane === undefined) return IN_SPACE;
  const known = PLANES.find(({ name }) => name === plane);
  if (known === undefined || frame === undefined)
    return { ...IN_SPACE, problem: `${plane}: expected a slice as its frame, got nothing` };
  const meta = isSaid(keysOf(sent).meta, plane, frame)
    ? {}
    : { sliceIndex: frame, planeName: plane, normal: known.normal };
  return { plane, frame, shown: ` in ${plane} slice ${frame}`, meta };
}

/** A file says the slice in the figure too. */
function isSaid(meta: unknown, plane: string, index: number): boolean {
  const said = sliceOf(meta);
  return said !== undefined && !('problem' in said) && said.plane === plane && said.index === index;
}

function problemOf({ geometryType, geometry, sha256 }: Sent, named: string): string | undefined {
  if (sha256 !== undefined) {
    if (FILES.has(geometryType)) return undefined;
    return `${named}: expected the geometry itself of a ${geometryType}, got a file`;
  }
  if (geometry === undefined || Object.keys(geometry).length === 0)
    return `${named}: expected the geometry of a ${geometryType}, got nothing`;
  return geometryProblem(geometryType, geometry, named);
}
