/** What is drawn on the pictures beside a point cloud; its figures belong to objects of the cloud, or of its episode. */
import type { FormatProblem } from '../../../src/format/model.ts';
import { toSlyError } from '../../../src/lib/errors.ts';
import type { AddedEntity, ImportContext, NewFigure } from '../../../src/plugin-kit/plugin.ts';
import type { RelatedPictures } from '../../../src/plugin-kit/related-pictures.ts';
import { readJsonFile } from '../json-file.ts';
import type { ProblemDigest } from '../problem-digest.ts';
import { readFigure } from './read-figure.ts';
import type { KnownObjects } from './read-head.ts';

const NO_OBJECTS: KnownObjects = { find: () => undefined, byId: () => undefined };

export async function drawRelated(
  { tree, report }: ImportContext,
  entity: AddedEntity,
  { figures }: Pick<RelatedPictures, 'figures'>,
  { objects = NO_OBJECTS, digest }: { objects: KnownObjects | undefined; digest: ProblemDigest },
): Promise<void> {
  for (const [name, file] of figures) {
    const problems: FormatProblem[] = [];
    const drawn = await read(file, problems);
    if (drawn === undefined) continue;
    if (drawn.length > 0) await entity.addFigures(drawn, { related: name });
    await digest.lost(file, problems);
    await report.used(file, 'figures of a picture');
  }

  async function read(file: string, problems: FormatProblem[]): Promise<NewFigure[] | undefined> {
    try {
      const json = await readJsonFile(tree, file);
      if (!Array.isArray(json)) {
        await report.failed({ file, code: 'SLY_FORMAT_INVALID', message: 'expected a list of figures' });
        return undefined;
      }
      const context = { file, objects, framesCount: undefined, problems, stored: () => undefined };
      return json.flatMap(
        (figure, at) => readFigure({ figure, list: 'figures', place: `[${at}]` }, context) ?? [],
      );
    } catch (error) {
      const { code, detail: message } = toSlyError(error);
      await report.failed({ file, code, message });
      return undefined;
    }
  }
}
