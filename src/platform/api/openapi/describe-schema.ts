/** A schema in the words of people: rows of keys with their types, and an example of a request. */
import type { TSchema } from 'typebox';
import type { Json } from './schemas.ts';

export interface SchemaRow {
  /** `entities[].id` = of each entity. */
  key: string;
  type: string;
  required: boolean;
  about: string;
}

const DEEPEST = 4;

/** One row a key, nested keys after their parent. */
export function schemaRows(schema: TSchema): SchemaRow[] {
  return rowsOf(schema as Json, '', 0);
}

function rowsOf(schema: Json, prefix: string, depth: number): SchemaRow[] {
  if (depth > DEEPEST) return [];
  const whole = withoutNull(schema);
  if (whole.items !== undefined) return rowsOf(whole.items as Json, `${prefix}[]`, depth);
  const rows: SchemaRow[] = [];
  for (const part of partsOf(whole)) {
    const required = (part.required ?? []) as readonly string[];
    for (const [name, property] of Object.entries((part.properties ?? {}) as Record<string, Json>)) {
      const key = prefix === '' ? name : `${prefix}.${name}`;
      if (rows.some((row) => row.key === key)) continue;
      const about = typeof property.description === 'string' ? property.description : '';
      rows.push({ key, type: typeText(property), required: required.includes(name), about });
      rows.push(...rowsOf(property, key, depth + 1));
    }
  }
  return rows;
}

/** An object as itself, a choice or a sum of objects as its parts. */
function partsOf(schema: Json): readonly Json[] {
  const parts = (schema.anyOf ?? schema.allOf) as readonly Json[] | undefined;
  return parts === undefined ? [schema] : parts.flatMap((part) => partsOf(withoutNull(part)));
}

const isNull = (schema: Json): boolean => schema.type === 'null';

/** `X | null` reads as X: in requests null stands for nothing. */
function withoutNull(schema: Json): Json {
  const parts = schema.anyOf as readonly Json[] | undefined;
  if (parts === undefined) return schema;
  const rest = parts.filter((part) => !isNull(part));
  return rest.length === 1 && rest[0] !== undefined ? rest[0] : schema;
}

export function typeText(schema: Json): string {
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const parts = schema.anyOf as readonly Json[] | undefined;
  if (parts !== undefined) return [...new Set(parts.map(typeText))].join(' | ');
  if (schema.type === 'array') {
    const item = typeText((schema.items ?? {}) as Json);
    return item.includes(' ') ? `(${item})[]` : `${item}[]`;
  }
  if (typeof schema.title === 'string') return schema.title;
  return typeof schema.type === 'string' ? schema.type : schema.allOf !== undefined ? 'object' : 'any';
}

/** The smallest request the schema takes. */
export function exampleOf(schema: TSchema): unknown {
  return example(schema as Json);
}

function example(schema: Json): unknown {
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0] as unknown;
  const parts = (schema.anyOf ?? schema.allOf) as readonly Json[] | undefined;
  if (schema.allOf !== undefined) return Object.assign({}, ...(parts ?? []).map(example)) as unknown;
  if (parts?.[0] !== undefined) return example(parts[0]);
  switch (schema.type) {
    case 'object': {
      const properties = (schema.properties ?? {}) as Record<string, Json>;
      const required = (schema.required ?? []) as readonly string[];
      return Object.fromEntries(required.map((key) => [key, example(properties[key] ?? {})]));
    }
    case 'array':
      return [example((schema.items ?? {}) as Json)];
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'string':
      return schema.pattern === undefined ? 'text' : '...';
    default:
      return null;
  }
}
