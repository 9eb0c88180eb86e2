/** Values that fit a JSON Schema most of the time and are hostile the rest, so that requests get past the first check. */
import fc from 'fast-check';

type Json = Readonly<Record<string, unknown>>;

const HOSTILE = fc.constantFrom<unknown>(
  ...[null, '', '\u0000', '\ud800', '../..', '__proto__', [], {}, [[]], -1, 0, 1.5, 1e300, true],
  ...[Number.MAX_SAFE_INTEGER, '9'.repeat(400), { __proto__: null, constructor: 1 }, [null, 1, 'a', {}]],
);
/** Small ids exist in a fixture. */
const ID = fc.integer({ min: 1, max: 6 });

export function arbitraryOf(schema: Json, depth = 0): fc.Arbitrary<unknown> {
  const fitting = fittingTo(schema, depth);
  return fc.oneof({ weight: 14, arbitrary: fitting }, { weight: 1, arbitrary: HOSTILE });
}

function fittingTo(schema: Json, depth: number): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]));
  const parts = (schema.anyOf ?? schema.oneOf) as readonly Json[] | undefined;
  if (parts !== undefined) return fc.oneof(...parts.map((part) => fittingTo(part, depth)));
  if (Array.isArray(schema.allOf)) {
    const all = (schema.allOf as Json[]).map((part) => fittingTo(part, depth));
    return fc.tuple(...all).map((values) => Object.assign({}, ...values) as unknown);
  }
  switch (schema.type) {
    case 'object':
      return objectOf(schema, depth);
    case 'array':
      return listOf(schema, depth);
    case 'integer':
      return ID;
    case 'number':
      return fc.oneof(ID, fc.double({ noNaN: true, noDefaultInfinity: true }));
    case 'boolean':
      return fc.boolean();
    case 'string':
      return textOf(schema);
    case 'null':
      return fc.constant(null);
    default:
      return fc.oneof(ID, fc.constantFrom('a', null), fc.dictionary(fc.constantFrom('id', 'name', 'a'), ID));
  }
}

function listOf(schema: Json, depth: number): fc.Arbitrary<unknown> {
  const maxLength = depth > 3 ? 1 : 3;
  const minLength = Math.min(Number(schema.minItems ?? 0), maxLength);
  return fc.array(arbitraryOf((schema.items ?? {}) as Json, depth + 1), { minLength, maxLength });
}

function objectOf(schema: Json, depth: number): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Json>);
  if (properties.length === 0) return fc.dictionary(fc.constantFrom('a', 'id', '__proto__', ''), ID);
  const required = (schema.required ?? []) as string[];
  const values = Object.fromEntries(properties.map(([key, part]) => [key, arbitraryOf(part, depth + 1)]));
  return fc.record(values, { requiredKeys: required });
}

function textOf(schema: Json): fc.Arbitrary<string> {
  if (typeof schema.pattern === 'string') {
    try {
      return fc.stringMatching(new RegExp(schema.pattern), { maxLength: 64 });
    } catch {
      return fc.string();
    }
  }
  const minLength = Math.min(Number(schema.minLength ?? 0), 50);
  return fc.oneof(
    fc.constantFrom('a', 'id', '='),
    fc.string({ minLength, maxLength: Math.max(minLength, 20) }),
  );
}
