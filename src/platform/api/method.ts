/**
 * A method of the public API as data: its name stands in the table, its request is a schema, its handler a
 * function. The router and the documentation are made from the tables.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, type TProperties, type TSchema, Type } from 'typebox';
import { createParser } from '../../lib/schema.ts';
import type { Principal } from './auth/principal.ts';

export interface Call {
  principal: Principal;
  request: FastifyRequest;
  /** Only for methods that answer with bytes. */
  reply: FastifyReply;
}

/** The least role in the team that may ask; each includes the ones before it. */
export type Need = 'view' | 'annotate' | 'manage' | 'admin';

/** Whose data a request touches, by ids. The caller must be in the team each of them belongs to. */
export interface Scope {
  readonly teams?: readonly number[];
  readonly workspaces?: readonly number[];
  readonly projects?: readonly number[];
  readonly datasets?: readonly number[];
  readonly items?: readonly number[];
  readonly objects?: readonly number[];
  readonly figures?: readonly number[];
  readonly entityTags?: readonly number[];
  readonly relatedImages?: readonly number[];
  readonly tasks?: readonly number[];
  readonly archives?: readonly number[];
  readonly agents?: readonly number[];
  readonly teamFiles?: readonly number[];
  readonly reports?: readonly number[];
  /** Bytes named by their hash (base64): the caller must have sent them or see something made of them. */
  readonly hashes?: readonly string[];
}

/** The ids of a scope that a request really names. */
export const given = (...ids: (number | null | undefined)[]): number[] =>
  ids.filter((id) => id !== null && id !== undefined);

/** What a reply is, for the documentation: a JSON value, the bytes of one file, or many in multipart. */
export type Answer = TSchema | 'bytes' | 'multipart';

export interface ApiMethod {
  /** One sentence, for the documentation. */
  readonly about: string;
  readonly needs: Need;
  readonly request: TSchema;
  readonly response: Answer;
  /** Most bytes of the JSON body. */
  readonly bodyLimit: number;
  /** SLY_BAD_MESSAGE names what is wrong. */
  parse(input: unknown): unknown;
  /** Undefined = nobody's data in particular: the handler shows the caller only what the caller may see. */
  scope(parsed: unknown): Scope | undefined;
  /** Answers the JSON value, or a stream it set up on `reply`. `parsed` is what `parse` gave. */
  handle(parsed: unknown, call: Call): Promise<unknown>;
}

/** `projects.list` -> method. */
export type MethodTable = Readonly<Record<string, ApiMethod>>;

const BODY_LIMIT = 16 << 20;

export function endpoint<S extends TSchema>(
  is: {
    about: string;
    needs: Need;
    of?: (input: Static<S>) => Scope;
    request: S;
    response: Answer;
    bodyLimit?: number;
  },
  handle: (input: Static<S>, call: Call) => Promise<unknown>,
): ApiMethod {
  const parser = createParser(is.request);
  return {
    about: is.about,
    needs: is.needs,
    request: is.request,
    response: is.response,
    bodyLimit: is.bodyLimit ?? BODY_LIMIT,
    parse: (input) => parser.parse(input, 'request'),
    scope: (parsed) => is.of?.(parsed as Static<S>),
    handle: (parsed, call) => handle(parsed as Static<S>, call),
  };
}

// ---------------------------------------------------------------- words many requests use

/** The SDK sends explicit nulls for what it does not mean to say. */
export const maybe = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

/** Without the fields a client did not mean to say anything about. */
export const said = <T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };

export const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const Name = Type.String({ minLength: 1, maxLength: 1024 });
export const AnyObject = Type.Record(Type.String(), Type.Unknown());
export const ById = Type.Object({ id: Id });
/** Ids that a request names one by one. */
export const Ids = Type.Array(Id, { maxItems: 10_000 });
/** SHA-256 in standard base64 with padding. */
export const Hash = Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' });
/** Descriptions and readmes. */
export const LongText = Type.String({ maxLength: 1 << 20 });

const MULTIPART = { contentMediaType: 'multipart/form-data' } as const;
/** Request of a method that reads a multipart body itself. What stands in the query can be named. */
export const Multipart = <T extends TProperties = Record<never, never>>(query?: T) =>
  Type.Object(query ?? ({} as T), MULTIPART);
export const isMultipart = (schema: TSchema): boolean =>
  'contentMediaType' in schema && schema.contentMediaType === MULTIPART.contentMediaType;

// ---------------------------------------------------------------- words many replies use

/** ISO 8601 UTC with milliseconds and `Z`. */
export const Time = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' });
export const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
/** There is nothing to tell but that it is done. */
export const Done = Type.Object({ success: Type.Literal(true) });
export const DONE = { success: true } as const;
