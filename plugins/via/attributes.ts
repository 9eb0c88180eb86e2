/** Attributes of VIA: which one is the class, and the others as tags. */
import type { Tag } from '../../src/format/model.ts';
import { isRecord } from '../../src/format/problem.ts';
import type { TagNames, TagPlace } from '../../src/plugin-kit/tag-names.ts';

/** Values one may choose from, by the name of the attribute; absent for free texts. */
export type Choices = Map<string, string[]>;

export interface AttributeCensus {
  /** Of every region. */
  count(attributes: unknown): void;
  /** Definitions of a project. */
  define(definitions: unknown): void;
  readonly regionChoices: Choices;
  readonly fileChoices: Choices;
  /** Undefined when no region has any. */
  classAttribute(): string | undefined;
}

const USUAL = [
  'class',
  'label',
  'category',
  'name',
  'type',
  'object',
  'object_name',
  'class_name',
  'class_id',
];
const ENOUGH_VALUES = 1000;

/**
 * The class is the attribute with a usual name that most regions have; else one with choices; else the one with the
 * fewest different values for its regions. Half of all regions at least must have it, if any attribute gets so far.
 */
export function createAttributeCensus(): AttributeCensus {
  const seen = new Map<string, { regions: number; values: Set<string> }>();
  const regionChoices: Choices = new Map();
  const fileChoices: Choices = new Map();
  let regions = 0;

  return {
    regionChoices,
    fileChoices,
    count(attributes) {
      regions++;
      if (!isRecord(attributes)) return;
      for (const [name, value] of Object.entries(attributes)) {
        const [first] = textsOf(value);
        if (first === undefined) continue;
        let known = seen.get(name);
        if (known === undefined) {
          known = { regions: 0, values: new Set() };
          seen.set(name, known);
        }
        known.regions++;
        if (known.values.size < ENOUGH_VALUES) known.values.add(first);
      }
    },
    define(definitions) {
      if (!isRecord(definitions)) return;
      for (const [of, choices] of [
        ['region', regionChoices],
        ['file', fileChoices],
      ] as const) {
        const list = definitions[of];
        for (const [name, one] of isRecord(list) ? Object.entries(list) : []) {
          if (!isRecord(one) || !isRecord(one.options) || one.type === 'text') continue;
          choices.set(name, [...new Set([...(choices.get(name) ?? []), ...Object.keys(one.options)])]);
        }
      }
    },
    classAttribute() {
      const all = [...seen].map(([name, { regions: having, values }]) => ({
        name,
        having,
        values: values.size,
      }));
      const common = all.filter(({ having }) => having * 2 >= regions);
      const usual = (name: string): number => {
        const at = USUAL.indexOf(name.toLowerCase().replace(/[\s-]+/g, '_'));
        return at < 0 ? USUAL.length : at;
      };
      const rank = ({ name, having, values }: (typeof all)[number]): number[] => [
        usual(name) < USUAL.length ? 0 : 1,
        regionChoices.has(name) ? 0 : 1,
        -having,
        usual(name),
        values,
      ];
      const [best] = (common.length > 0 ? common : all).sort((a, b) => {
        const [left, right] = [rank(a), rank(b)];
        const at = left.findIndex((one, i) => one !== right[i]);
        return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
      });
      return best?.name;
    },
  };
}

/** Values as texts: of a checkbox what is checked, of all else the one there is. */
export function textsOf(value: unknown): string[] {
  if (isRecord(value))
    return Object.entries(value).flatMap(([name, on]) => (on === true && name !== '' ? [name] : []));
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  return typeof value === 'string' && value.trim() !== '' ? [value.trim()] : [];
}

export function attributeTags(
  attributes: unknown,
  choices: Choices,
  { tags, on, without }: { tags: TagNames; on: TagPlace; without?: string | undefined },
): Tag[] {
  if (!isRecord(attributes)) return [];
  return Object.entries(attributes).flatMap(([name, value]) => {
    if (name === without || name === '') return [];
    const values = choices.get(name);
    return textsOf(value).map((text) =>
      values === undefined ? tags.text(name, text, on) : tags.oneOf(name, text, values, on),
    );
  });
}
