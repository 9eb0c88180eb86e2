/**
 * One quick look over all XML files before the first item: which are VOC, and what type each object tag needs. A
 * project's tags must be known before the items that use them, and their types follow from all values.
 */
import { createBreathe } from '../../src/plugin-kit/breathe.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';

export interface Survey {
  /** Paths of the XML files whose root is `annotation`. */
  annotations: string[];
  /** The other XML files. */
  foreign: string[];
  tags: ReadonlyMap<string, SeenValues>;
  /** Names of objects and parts. */
  names: ReadonlySet<string>;
}

export interface SeenValues {
  empty: boolean;
  texts: boolean;
  onlyDates: boolean;
  /** Distinct ones; no more than `MAX_VALUES`. */
  values: Set<string>;
}

export const MAX_VALUES = 500;
const MAX_NAMES = 20_000;
export const MAX_XML_BYTES = 64 << 20;

const LEAF = /<([\w:.-]+)\s*(?:\/>|>([^<]*)<\/)/g;
const ATTRIBUTE = /<attribute>\s*<name>([^<]*)<\/name>\s*(?:<value>([^<]*)<\/value>)?/g;
const ROOT = /<(?![?!])([\w:.-]+)/;
const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

export async function surveyAnnotations(
  { tree, signal, progress }: ImportContext,
  xmls: readonly string[],
): Promise<Survey> {
  const breathe = createBreathe(signal);
  const tags = new Map<string, SeenValues>();
  const names = new Set<string>();
  const annotations: string[] = [];
  const foreign: string[] = [];
  for (const [done, file] of xmls.entries()) {
    progress('Looking through annotations', done, xmls.length);
    await breathe();
    const text = await tree.text(file, MAX_XML_BYTES).catch(() => undefined);
    // What cannot be read is told of when it is its turn.
    if (text !== undefined && ROOT.exec(withoutComments(text))?.[1] !== 'annotation') {
      foreign.push(file);
      continue;
    }
    annotations.push(file);
    if (text !== undefined) look(text, tags, names);
  }
  return { annotations, foreign, tags, names };
}

function withoutComments(text: string): string {
  return text.slice(0, 4096).replace(/<!--[\s\S]*?(?:-->|$)/g, '');
}

function look(text: string, tags: Map<string, SeenValues>, names: Set<string>): void {
  let rest = text;
  if (text.includes('<attribute>')) {
    for (const [, name = '', value = ''] of text.matchAll(ATTRIBUTE))
      note(tags, unescaped(name.trim()), value.trim());
    rest = text.replace(ATTRIBUTE, '');
  }
  for (const [, name = '', value = ''] of rest.matchAll(LEAF)) {
    if ((name === 'name' || name === 'class') && names.size < MAX_NAMES) names.add(unescaped(value.trim()));
    note(tags, name, value.trim());
  }
}

function note(tags: Map<string, SeenValues>, name: string, escaped: string): void {
  let seen = tags.get(name);
  if (seen === undefined) {
    if (tags.size >= MAX_NAMES) return;
    seen = { empty: false, texts: false, onlyDates: true, values: new Set() };
    tags.set(name, seen);
  }
  if (escaped === '') {
    seen.empty = true;
    return;
  }
  seen.texts = true;
  if (seen.onlyDates && !DATE.test(escaped)) seen.onlyDates = false;
  if (seen.values.size < MAX_VALUES) seen.values.add(unescaped(escaped));
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(\w+);/g, (whole, name: string) => NAMED[name] ?? whole);
}
