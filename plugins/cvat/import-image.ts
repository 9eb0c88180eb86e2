/** One `<image>` as an item. */
import type { Tag } from '../../src/format/model.ts';
import { toNumber } from '../../src/plugin-kit/to-pixels.ts';
import type { XmlElement } from '../../src/plugin-kit/xml.ts';
import type { Work } from './import.ts';
import type { ShapeWithFacts } from './label-maker.ts';
import { readShape, SHAPE_ELEMENTS } from './shapes.ts';
import { readAttributes } from './tracks.ts';

export async function importImage(element: XmlElement, xml: string, work: Work): Promise<void> {
  const { items, maker, match, described, datasetOf } = work;
  const { name = '', subset = '' } = element.attributes;
  const place = `line ${element.line}`;
  const found = name === '' ? undefined : match(subset === '' ? name : `${subset}/${name}`, xml);
  if (found === undefined) {
    items.book.note('warning', 'images whose pictures are not there', () => ({
      file: xml,
      place,
      code: 'SLY_NOT_FOUND',
      message: `expected the picture ${JSON.stringify(name)}, got no file of that name; its labels are left out`,
    }));
    return;
  }
  const { file } = found;
  if (found.rivals > 0)
    items.book.note('warning', 'images whose name several pictures have', () => ({
      file: xml,
      place,
      code: 'SLY_FORMAT_INVALID',
      message: `expected one picture ${JSON.stringify(name)}, got ${found.rivals + 1} that fit as well; ${file} is taken`,
    }));
  if (described.has(file))
    items.book.note('warning', 'pictures that are described twice', () => ({
      file: xml,
      place,
      code: 'SLY_FORMAT_INVALID',
      message: `expected ${file} once, got it again; it becomes another item`,
    }));
  described.add(file);
  const picture = items.look(file);
  if (picture === undefined) return;
  const dataset = datasetOf(file, subset === '' ? undefined : subset);
  const fault = (kind: string, line: number, message: string): void =>
    items.fault(kind, () => ({ file: xml, place: `line ${line}`, code: 'SLY_FORMAT_INVALID', message }));
  const [width, height] = [toNumber(element.attributes.width), toNumber(element.attributes.height)];
  const fits = (width ?? picture.width) === picture.width && (height ?? picture.height) === picture.height;
  if (!fits)
    fault(
      'images of another size than their picture',
      element.line,
      `expected ${picture.width} x ${picture.height} as ${file} is, got ${width} x ${height}; its labels are left out`,
    );
  const shapes: ShapeWithFacts[] = [];
  const tags: Tag[] = [];
  for (const child of element.children) {
    const { label = '', occluded, group_id, z_order } = child.attributes;
    const attributes = readAttributes(child);
    if (child.name === 'tag') {
      if (label === '')
        fault('tags without a label', child.line, 'expected a label, got none; the tag is left out');
      else tags.push(...maker.imageTags(label, attributes, child.line, fault));
      continue;
    }
    if (!SHAPE_ELEMENTS.has(child.name)) {
      fault(
        'elements of no known kind',
        child.line,
        `expected a shape or a tag, got <${child.name}>; it is left out`,
      );
      continue;
    }
    if (!fits) continue;
    const shape = readShape(child);
    if (typeof shape === 'string') {
      fault('shapes that cannot be read', child.line, `${child.name}: ${shape}; it is left out`);
      continue;
    }
    if (child.children.some((node) => node.children.length > 0))
      items.book.note('warning', 'attributes of single keypoints', () => ({
        file: xml,
        place: `line ${child.line}`,
        code: 'SLY_FORMAT_INVALID',
        message: 'attributes of single keypoints have no place here; they are left out',
      }));
    shapes.push({
      label,
      shape,
      attributes,
      occluded: occluded === '1',
      group: Number(group_id) || 0,
      zOrder: Number(z_order) || 0,
      line: child.line,
    });
  }
  await items.add(picture, { dataset, labels: maker.labels(shapes, picture, fault), tags });
}
