/**
 * A query string as the JSON it stands for. Everything arrives as text; what the schema wants decides what it
 * becomes. Python writes booleans as `True` and `False`.
 */
import type { TSchema } from 'typebox';
import { Convert } from 'typebox/value';

export function fromQuery(
  schema: TSchema,
  query: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(query))
    value[key] = typeof text === 'string' ? decoded(text) : text;
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
