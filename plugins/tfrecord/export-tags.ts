/** Tags of objects as lists with one value an object: the other way round of how `read-objects.ts` takes them. */
import type { ProjectMeta, Tag } from '../../src/format/model.ts';
import type { Losses } from '../../src/plugin-kit/losses.ts';
import { encodeFeature } from './example-writer.ts';
import { FLAGS, isTagFeature, OBJECT_PREFIX } from './features.ts';

/** Entries of the map of features. */
export function tagFeatures(
  objects: readonly { tags: readonly Tag[] }[],
  meta: ProjectMeta,
  losses: Losses,
): Buffer[] {
  const names = new Set<string>();
  for (const { tags } of objects) for (const { name } of tags) names.add(name);
  const features: Buffer[] = [];
  for (const name of names) {
    const lists = objects.map(({ tags }) => tags.find((tag) => tag.name === name));
    const type = meta.tags.find((tag) => tag.name === name)?.value_type;
    const feature = isTagFeature(name) ? featureOf(name, type, lists, losses) : undefined;
    if (feature !== undefined) features.push(feature);
    else for (const tag of lists) if (tag !== undefined) losses.add(`tag ${name} of a label`);
  }
  return features;
}

function featureOf(
  name: string,
  type: string | undefined,
  tags: readonly (Tag | undefined)[],
  losses: Losses,
): Buffer | undefined {
  const key = `${OBJECT_PREFIX}${name}`;
  if (FLAGS.has(name)) {
    if (type !== 'none') return undefined;
    return encodeFeature(key, { ints: tags.map((tag) => (tag === undefined ? 0 : 1)) });
  }
  if (type === 'none' || type === undefined)
    return encodeFeature(key, { bytes: tags.map((tag) => (tag === undefined ? '' : name)) });
  if (type === 'any_number') {
    const numbers = tags.map((tag) =>
      tag?.value === undefined || tag.value === null ? Number.NaN : Number(tag.value),
    );
    if (numbers.every(Number.isSafeInteger)) return encodeFeature(key, { ints: numbers });
    return encodeFeature(key, { floats: numbers });
  }
  const texts = tags.map((tag) => String(tag?.value ?? ''));
  for (const [i, text] of texts.entries())
    if (tags[i] !== undefined && (text === '' || text === name))
      losses.add(`value ${JSON.stringify(text)} of tag ${name}`);
  return encodeFeature(key, { bytes: texts });
}
