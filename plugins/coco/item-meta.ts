/** What COCO says of a picture besides its labels, as metadata of the item, and back. */
import type { RawEntry } from './job-entries.ts';

/** Said elsewhere, or an index into lists that the item does not have. */
const LEFT_OUT = new Set(['file_name', 'width', 'height', 'id', 'license']);

export interface License {
  name?: unknown;
  url?: unknown;
}

/** Undefined when there is nothing to keep. The first file that has a key decides. */
export function itemMeta(
  images: readonly RawEntry[],
  licenseOf: (entry: RawEntry) => License | undefined,
): Record<string, unknown> | undefined {
  const meta: Record<string, unknown> = {};
  for (const entry of images) {
    for (const [key, value] of Object.entries(entry.value))
      if (!LEFT_OUT.has(key) && !(key in meta) && says(value)) meta[key] = value;
    if (!('coco_id' in meta) && says(entry.value.id)) meta.coco_id = entry.value.id;
    const license = 'license' in meta ? undefined : licenseOf(entry);
    if (license !== undefined) {
      const { name, url } = license;
      meta.license = { ...(says(name) ? { name } : {}), ...(says(url) ? { url } : {}) };
    }
  }
  return Object.keys(meta).length === 0 ? undefined : meta;
}

/** Exporters fill what they do not know with these. */
function says(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== 'None';
}
