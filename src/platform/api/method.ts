/**
 * A method of the public API as data: its name stands in the table, its request is a schema, its handler a
 * function. The router and the documentation are made from the tables.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import { createParser } from '../../lib/schema.ts';
import type { Principal } from './auth.ts';

export interface Call {
  principal: Principal;
  request: FastifyRequest;
  /** Only for methods that answer with bytes. */
  reply: FastifyReply;
}

export interface ApiMethod {
  readonly request: TSchema;
  /** Most bytes of the JSON body. */
  readonly bodyLimit: number;
  /** Parses `input` (SLY_BAD_MESSAGE names what is wrong) and answers the JSON value, or a stream it set up on `reply`. */
  handle(input: unknown, call: Call): Promise<unknown>;
}

/** `projects.list` -> method. */
export type MethodTable = Readonly<Record<string, ApiMethod>>;

const BODY_LIMIT = 16 << 20;

export function method<S extends TSchema>(
  request: S,
  handle: (input: Static<S>, call: Call) => Promise<unknown>,
  options: { bodyLimit?: number } = {},
): ApiMethod {
  const parser = createParser(request);
  return {
    request,
    bodyLimit: options.bodyLimit ?? BODY_LIMIT,
    handle: (input, call) => handle(parser.parse(input, 'request'), call),
  };
}

// ---------------------------------------------------------------- words many requests use

/** The SDK sends explicit nulls for what it does not mean to say. */
export const maybe = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

export const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const Name = Type.String({ minLength: 1, maxLength: 1024 });
export const AnyObject = Type.Record(Type.String(), Type.Unknown());
export const ById = Type.Object({ id: Id });
/** SHA-256 in standard base64 with padding. */
export const Hash = Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' });
