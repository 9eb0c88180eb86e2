/** The tables of methods where there is no platform: for documents and for tests. Nothing in them may be called. */
import type { ApiDeps } from '../api-deps.ts';
import type { MethodTable } from '../method.ts';
import { apiMethods } from '../public-api.ts';

export function describedMethods(): MethodTable {
  return apiMethods(nothing as ApiDeps);
}

/** The tables take their rooms apart when they are made, and use them when a method is called. */
const nothing: unknown = new Proxy(() => nothing, { get: () => nothing });
