/**
 * Schemas as an OpenAPI document holds them: the ones with a title stand once under `components` and are
 * referred to. TypeBox's schemas are JSON Schema 2020-12, which is what OpenAPI 3.1 uses.
 */
import type { TSchema } from 'typebox';

export type Json = { readonly [key: string]: unknown };

export interface SchemaShelf {
  /** The schema, or a reference to where it stands. Two different schemas with one title are an error. */
  place(schema: TSchema): Json;
  all(): Record<string, Json>;
}

export function createSchemaShelf(): SchemaShelf {
  const shelf = new Map<string, { text: string; json: Json }>();

  function placed(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(placed);
    if (typeof value !== 'object' || value === null) return value;
    const json = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, placed(part)]));
    // A property may be called `title` as well; a schema's own title is a text.
    if (typeof json.title !== 'string') return json;
    const name = json.title;
    const text = JSON.stringify(json);
    const known = shelf.get(name);
    if (known !== undefined && known.text !== text) throw new Error(`two schemas have the title ${name}`);
    shelf.set(name, { text, json });
    return { $ref: `#/components/schemas/${name}` };
  }

  return {
    // What TypeBox keeps beside the schema is not enumerable, or dropped here.
    place: (schema) => placed(JSON.parse(JSON.stringify(schema))) as Json,
    all: () =>
      Object.fromEntries(
        [...shelf].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { json }]) => [name, json]),
      ),
  };
}
