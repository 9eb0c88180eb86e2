import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { ErrorCodeName } from './error-codes.ts';
import { SlyError } from './errors.ts';

/** A compiled schema: `parse` returns the value typed, or throws with every place that is wrong (first 5). */
export interface Parser<T> {
  check(value: unknown): value is T;
  parse(value: unknown, what: string): T;
}

export function createParser<S extends TSchema>(
  schema: S,
  code: ErrorCodeName = 'SLY_BAD_MESSAGE',
): Parser<Static<S>> {
  // Compiled at the first use: a command that never needs a schema does not pay for it.
  let compiled: ReturnType<typeof Compile<S>> | undefined;
  const get = () => {
    compiled ??= Compile(schema);
    return compiled;
  };
  return {
    check: (value): value is Static<S> => get().Check(value),
    parse(value, what) {
      if (get().Check(value)) return value as Static<S>;
      const places = [...get().Errors(value)].slice(0, 5).map((e) => `${e.instancePath || '/'} ${e.message}`);
      throw new SlyError(code, { detail: `${what}: ${places.join('; ')}` });
    },
  };
}
