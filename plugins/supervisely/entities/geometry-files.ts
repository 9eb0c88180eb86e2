/** Where the bytes of a volume's geometries are: a file named by the figure's key, or text in the annotation. */

import { problem } from '../../../src/format/problem.ts';
import { geometryPath } from '../../../src/format/project-paths.ts';
import { inlineMaskFile, isInlineMask } from './inline-mask.ts';
import { plainKey } from './keys.ts';
import type { FigureContext, StoredType } from './read-figure.ts';
import type { SourceFiles } from './source-files.ts';

/** `folder`: of the dataset. `onFile` is told each file that is a geometry. */
export function createGeometryFiles(
  { folder, volume }: { folder: string; volume: string },
  {
    sources,
    problems,
    store,
    onFile,
  }: {
    sources: SourceFiles;
    problems: FigureContext['problems'];
    /** Writes an NRRD file; returns its path for `result`. */
    store(bytes: Buffer): string;
    onFile(file: string): void;
  },
): FigureContext['stored'] {
  let known: Map<string, string> | undefined;

  function fileOf(type: StoredType, key: string): string | undefined {
    known ??= new Map(
      sources.beside.geometries(folder, volume).map((one) => [name(one.geometryType, one.key), one.file]),
    );
    return known.get(name(type, key));
  }

  return ({ type, key, geometry, place }) => {
    const file = fileOf(type, key);
    if (file !== undefined && sources.size(file) !== 0) {
      onFile(file);
      return { file };
    }
    if (type === 'mask_3d' && isInlineMask(geometry)) {
      try {
        return { result: store(inlineMaskFile(geometry as Record<string, unknown>)) };
      } catch (error) {
        problems.push({
          severity: 'dropped',
          place: `${place}.mask_3d.data`,
          code: 'SLY_FORMAT_INVALID',
          message: (error as Error).message,
        });
        return undefined;
      }
    }
    const wanted = geometryPath('', volume, { key: plainKey(key), geometryType: type })?.slice(1);
    problems.push(
      problem('dropped', place, wanted ?? 'a file', file === undefined ? geometry : 'an empty file'),
    );
    return undefined;
  };
}

const name = (type: string, key: string): string => `${type} ${plainKey(key)}`;
