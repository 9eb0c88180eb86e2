/** Which pictures are to be read, in order, and what speaks of each: an XML file, masks, or both. */
import { toSlyError } from '../../src/lib/errors.ts';
import { createBreathe } from '../../src/plugin-kit/breathe.ts';
import type { LabelledItems, LookedAt } from '../../src/plugin-kit/labelled-items.ts';
import { createImageMatcher, createStemMatcher, stemOf } from '../../src/plugin-kit/match-images.ts';
import type { ImportContext, SourceTree } from '../../src/plugin-kit/plugin.ts';
import { parseXml } from '../../src/plugin-kit/xml.ts';
import { masksOf, type PictureMasks, type VocLayout } from './layout.ts';
import { readAnnotation, type VocAnnotation, type VocFault } from './read-annotation.ts';
import { MAX_XML_BYTES } from './survey.ts';

export interface Job {
  picture: LookedAt;
  masks: PictureMasks | undefined;
  annotation: VocAnnotation;
}

export interface JobSources {
  ctx: ImportContext;
  /** Without the masks. */
  pictures: SourceTree;
  layout: VocLayout;
  /** XML files that are VOC. */
  xmls: readonly string[];
  items: LabelledItems;
}

const NOTHING: VocAnnotation = {
  fileName: undefined,
  width: undefined,
  height: undefined,
  objects: [],
  faults: [],
};

export async function* findJobs({ ctx, pictures, layout, xmls, items }: JobSources): AsyncGenerator<Job> {
  const breathe = createBreathe(ctx.signal);
  const byStem = createStemMatcher(pictures);
  const byName = createImageMatcher(pictures);
  const seen = new Set<string>();
  const { book } = items;

  function pictureOf(xml: string, fileName: string | undefined): string | undefined {
    const stem = xml.slice(xml.lastIndexOf('/') + 1).replace(/\.xml$/i, '');
    const match =
      byStem(stem, xml) ??
      (fileName === undefined ? undefined : (byName(fileName, xml) ?? byStem(stemOf(fileName), xml)));
    if (match !== undefined && match.rivals > 0) {
      book.note('warning', 'annotations that fit several pictures', () => ({
        file: xml,
        code: 'SLY_FORMAT_INVALID',
        message: `expected one picture of that name, got ${match.rivals + 1}; ${match.file} is used`,
      }));
    }
    return match?.file;
  }

  for (const xml of xmls) {
    await breathe();
    const { annotation, failed } = await readXmlFile(ctx, xml);
    if (failed === undefined) await ctx.report.used(xml, 'annotations');
    else book.note('failed', 'XML files that cannot be read', () => failed);
    const file = pictureOf(xml, annotation.fileName);
    if (file === undefined) {
      book.note('failed', 'annotations without their picture', () => ({
        file: xml,
        code: 'SLY_NOT_FOUND',
        message: `expected the picture ${annotation.fileName ?? stemOf(xml)}, got no file of that name`,
      }));
      continue;
    }
    if (seen.has(file)) {
      book.note('skipped', 'annotations of a picture that has one', () => ({
        file: xml,
        code: 'SLY_FORMAT_INVALID',
        message: `expected one annotation for each picture, got a second one for ${file}`,
      }));
      continue;
    }
    seen.add(file);
    const picture = items.look(file);
    if (picture !== undefined) {
      const size = sizeFault(annotation, picture, xml);
      if (size !== undefined) book.note('warning', 'annotations of another size', () => size);
      yield { picture, masks: masksOf(layout, file), annotation };
    }
  }
  if (layout.maskSets.size === 0) return;
  for (const { path: file } of pictures.files) {
    if (seen.has(file)) continue;
    const masks = masksOf(layout, file);
    const picture = masks === undefined ? undefined : items.look(file);
    if (picture !== undefined) yield { picture, masks, annotation: NOTHING };
  }
}

async function readXmlFile(
  { tree, options }: ImportContext,
  file: string,
): Promise<{ annotation: VocAnnotation; failed?: VocFault['problem'] }> {
  try {
    return { annotation: readAnnotation(parseXml(await tree.text(file, MAX_XML_BYTES), file), file) };
  } catch (error) {
    const { code, detail } = toSlyError(error);
    const problem = { file, code, message: detail };
    // That the file failed is said anyway; the other ways to go on need to know it as well.
    const faults =
      options.bad_annotation === 'skip-annotation'
        ? []
        : [{ kind: 'XML files that cannot be read', problem }];
    return { annotation: { ...NOTHING, faults }, failed: problem };
  }
}

function sizeFault(
  { width, height }: VocAnnotation,
  picture: LookedAt,
  file: string,
): VocFault['problem'] | undefined {
  if (!width || !height || (width === picture.width && height === picture.height)) return undefined;
  return {
    file,
    code: 'SLY_FORMAT_INVALID',
    message: `expected a picture of ${width} x ${height} pixels as <size> says, got ${picture.width} x ${picture.height}; boxes are taken as they are`,
  };
}
