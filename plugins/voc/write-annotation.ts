/** One picture's objects as a VOC XML document. */
import type { Tag } from '../../src/format/model.ts';
import type { Bounds } from '../../src/format/raster.ts';
import { escapeXml } from '../../src/plugin-kit/xml.ts';
import type { OutObject } from './export-objects.ts';

export interface OutDocument {
  fileName: string;
  width: number;
  height: number;
  segmented: boolean;
  objects: readonly OutObject[];
  /** What the first pixel is called. */
  origin: 0 | 1;
}

/** Elements every object has, with what they say when no tag says otherwise. */
const ALWAYS = { pose: 'Unspecified', truncated: '0', difficult: '0' } as const;
/** What a tag's name must not be to be an element of its own. */
const STRUCTURE = new Set([
  'name',
  'class',
  'bndbox',
  'part',
  'polygon',
  'point',
  'attributes',
  'actions',
  'object',
]);
const FLAGS = new Set(['truncated', 'difficult', 'occluded', 'obstacle', 'out-of-scope']);
const ELEMENT_NAME = /^[A-Za-z_][\w-]*$/;

export function writeAnnotation({
  fileName,
  width,
  height,
  segmented,
  objects,
  origin,
}: OutDocument): string {
  const lines = [
    '<annotation>',
    '\t<folder>VOC</folder>',
    `\t<filename>${escapeXml(fileName)}</filename>`,
    '\t<source>',
    '\t\t<database></database>',
    '\t\t<annotation>PASCAL VOC</annotation>',
    '\t\t<image></image>',
    '\t</source>',
    '\t<size>',
    `\t\t<width>${width}</width>`,
    `\t\t<height>${height}</height>`,
    '\t\t<depth>3</depth>',
    '\t</size>',
    `\t<segmented>${segmented ? 1 : 0}</segmented>`,
  ];
  for (const { name, box, point, tags, parts } of objects) {
    lines.push('\t<object>', `\t\t<name>${escapeXml(name)}</name>`);
    for (const [element, value] of Object.entries(ALWAYS))
      if (!tags.some((tag) => tag.name === element)) lines.push(`\t\t<${element}>${value}</${element}>`);
    lines.push(...tagLines(tags, '\t\t'), ...boxLines(box, origin, '\t\t'));
    if (point !== undefined)
      lines.push(
        '\t\t<point>',
        `\t\t\t<x>${point[0] + origin}</x>`,
        `\t\t\t<y>${point[1] + origin}</y>`,
        '\t\t</point>',
      );
    for (const part of parts) {
      lines.push('\t\t<part>', `\t\t\t<name>${escapeXml(part.name)}</name>`);
      lines.push(...tagLines(part.tags, '\t\t\t'), ...boxLines(part.box, origin, '\t\t\t'), '\t\t</part>');
    }
    lines.push('\t</object>');
  }
  lines.push('</annotation>', '');
  return lines.join('\n');
}

function boxLines({ left, top, right, bottom }: Bounds, origin: number, indent: string): string[] {
  const sides = { xmin: left, ymin: top, xmax: right, ymax: bottom };
  const lines = Object.entries(sides).map(
    ([side, value]) => `${indent}\t<${side}>${value + origin}</${side}>`,
  );
  return [`${indent}<bndbox>`, ...lines, `${indent}</bndbox>`];
}

/** A tag is an element where its name can be one, else a pair in `<attributes>`. */
function tagLines(tags: readonly Tag[], indent: string): string[] {
  const lines: string[] = [];
  const pairs: string[] = [];
  for (const { name, value } of tags) {
    const text = value === undefined || value === null ? undefined : escapeXml(String(value));
    if (ELEMENT_NAME.test(name) && !STRUCTURE.has(name) && !/^xml/i.test(name)) {
      const said = text ?? (FLAGS.has(name) ? '1' : undefined);
      lines.push(said === undefined ? `${indent}<${name}/>` : `${indent}<${name}>${said}</${name}>`);
      continue;
    }
    pairs.push(`${indent}\t<attribute>`, `${indent}\t\t<name>${escapeXml(name)}</name>`);
    if (text !== undefined) pairs.push(`${indent}\t\t<value>${text}</value>`);
    pairs.push(`${indent}\t</attribute>`);
  }
  return pairs.length === 0 ? lines : [...lines, `${indent}<attributes>`, ...pairs, `${indent}</attributes>`];
}
