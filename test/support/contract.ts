/**
 * Every reply that passes through a test is held against the schema its method says it answers with. A reply that
 * breaks it fails the test that got it, whatever the test itself looks at.
 */
import type { FastifyInstance } from 'fastify';
import type { TSchema } from 'typebox';
import { createParser, type Parser } from '../../src/lib/schema.ts';
import { API_PREFIX } from '../../src/platform/api/calls.ts';
import { describedMethods } from '../../src/platform/api/openapi/tables.ts';

const methods = describedMethods();
const parsers = new Map<string, Parser<unknown>>();

/** Throws when `reply` is not what `method` says it answers. Unknown methods and bytes are let through. */
export function assertReply(method: string, fields: unknown, reply: unknown): void {
  const response = Object.hasOwn(methods, method) ? methods[method]?.response : undefined;
  if (response === undefined || typeof response === 'string') return;
  // With `fields` an entity of a list has only these.
  const isCut = Array.isArray(fields) && fields.length > 0;
  const key = isCut ? `${method} cut` : method;
  let parser = parsers.get(key);
  if (parser === undefined) {
    parser = createParser(isCut ? withoutRequired(response) : response);
    parsers.set(key, parser);
  }
  parser.parse(reply, `the reply of ${method}`);
}

/** Checks what the server sends, however a test asks. */
export function checkReplies(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode !== 200 || typeof payload !== 'string' || !request.url.startsWith(API_PREFIX))
      return payload;
    const method = request.url.slice(API_PREFIX.length + 1).replace(/\?.*$/s, '');
    const asked = { ...(request.query as object), ...(request.body as object | undefined) };
    try {
      assertReply(method, 'fields' in asked ? asked.fields : undefined, JSON.parse(payload));
      return payload;
    } catch (error) {
      // 418 is no status of the platform: no test takes it for an answer.
      reply.code(418);
      return JSON.stringify({ error: String(error), details: { message: 'broken contract' } });
    }
  });
}

function withoutRequired(response: TSchema): TSchema {
  const text = JSON.stringify(response, (key, value: unknown) => {
    if (key === 'entities' && typeof value === 'object' && value !== null && 'items' in value)
      return { ...value, items: { ...(value.items as object), required: ['id'] } };
    return value;
  });
  return JSON.parse(text) as TSchema;
}
