/**
 * A query string as the JSON it stands for. Everything arrives as text; what the schema wants decides what it
 * becomes: a field that takes text has it as it came. Python writes booleans as `True` and `False`.
 */
import type { TSchema } from 'typebox';
import { Check, Convert } from 'typebox/value';

export function fromQuery(
  schema: TSchema,
  query: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const fields = 'properties' in schema ? (schema.properties as Record<string, TSchema>) : {};
  const value: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(query)) {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    const isText = typeof text !== 'string' || (field !== undefined && Check(field, text));
    value[key] = isText ? text : decoded(text);
  }
  if (Object.keys(value).length === 0) return value;
  const converted: unknown = Convert(schema, value);
  return typeof converted === 'object' && converted !== null ? (converted as Record<string, unknown>) : value;
}

function decoded(text: string): unknown {
  if (text === 'True' || text === 'true') return true;
  if (text === 'False' || text === 'false') return false;
  if (/^[[{]/.test(text)) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  }
  return text;
}
