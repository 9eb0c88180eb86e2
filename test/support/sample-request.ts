/** A request that fits a method's schema, for tests that go over every method. Every id in it is another number. */
import type { TSchema } from 'typebox';

type Json = Record<string, unknown>;

/** Texts that fit the patterns of the schemas. */
const TEXTS = [
  'sample-text',
  'ada',
  'ada@lab.example',
  `${'A'.repeat(43)}=`,
  'a'.repeat(64),
  '2026-01-01T00:00:00.000Z',
  '/folder/file.txt',
  '/folder/',
  '#ff0000',
  '1',
];

export interface Sample {
  input: unknown;
  /** Number -> where it stands, for example `annotations.0.imageId`. */
  ids: Map<number, string>;
}

/** With the required properties, and of the optional ones the one named. */
export function sampleOf(schema: TSchema, optional?: string): Sample {
  const ids = new Map<number, string>();
  let next = 1_000_001;

  function make(at: Json, path: string, withOptional: string | undefined): unknown {
    const options = (at.anyOf ?? at.oneOf) as Json[] | undefined;
    if (options !== undefined) {
      const chosen = options.find((one) => one.type !== 'null') ?? options[0];
      return make(chosen ?? {}, path, withOptional);
    }
    if (at.allOf !== undefined)
      return Object.assign({}, ...(at.allOf as Json[]).map((one) => make(one, path, withOptional)));
    if (at.const !== undefined) return at.const;
    if (Array.isArray(at.enum)) return at.enum[0];
    switch (at.type) {
      case 'object':
        return object(at, path, withOptional);
      case 'array':
        return [make((at.items as Json) ?? {}, `${path}.0`, undefined)];
      case 'integer':
      case 'number': {
        if (!isId(at)) return (at.minimum as number) ?? 1;
        ids.set(next, path);
        return next++;
      }
      case 'string':
        return text(at);
      case 'boolean':
        return true;
      default:
        return 'sample';
    }
  }

  function object(at: Json, path: string, withOptional: string | undefined): Json {
    const required = new Set((at.required as string[]) ?? []);
    const made: Json = {};
    for (const [name, one] of Object.entries((at.properties as Json) ?? {}))
      if (required.has(name) || name === withOptional)
        made[name] = make(one as Json, path === '' ? name : `${path}.${name}`, undefined);
    return made;
  }

  return { input: make(schema as Json, '', optional), ids };
}

/** Names of properties that are optional and hold an id, or several. */
export function optionalIds(schema: TSchema): string[] {
  const { properties = {}, required = [] } = schema as { properties?: Json; required?: string[] };
  return Object.keys(properties).filter(
    (name) => !required.includes(name) && sampleOf(schema, name).ids.size > sampleOf(schema).ids.size,
  );
}

const isId = (at: Json): boolean => at.minimum === 1 && at.maximum === Number.MAX_SAFE_INTEGER;

function text({ pattern, minLength = 0, maxLength = 1e9 }: Json): string {
  const fits = TEXTS.filter(
    (one) =>
      (pattern === undefined || new RegExp(pattern as string).test(one)) &&
      one.length >= (minLength as number) &&
      one.length <= (maxLength as number),
  );
  return fits[0] ?? 'no sample fits';
}
