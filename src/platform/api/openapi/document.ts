/** The OpenAPI 3.1 description of everything people and programs may call, made from the tables of methods. */
import type { TSchema } from 'typebox';
import { type ApiMethod, isMultipart, type MethodTable } from '../method.ts';
import { OTHER_ROUTES, type OtherRoute } from './other-routes.ts';
import { createSchemaShelf, type Json, type SchemaShelf } from './schemas.ts';

const PREFIX = '/public/api/v3/';

const ABOUT =
  `Every method is a POST with a JSON body. A GET is answered alike, with the body or with a query string
(\`True\` and \`False\` as Python writes them are understood). Keys that are not listed are ignored, and null stands for
a key that is left out. Success is always 200. Ids are positive integers, times are ISO 8601 UTC, hashes are the SHA-256
in base64.

Lists answer pages of \`perPage\` entities in a stable order. With \`pagination_mode: "token"\` they answer \`after\`
instead, to be sent with the next request until it is null; use it where rows are added meanwhile.

What goes wrong is told as \`{error, details}\`. A name that is taken is a 400 with \`details.type\` NONUNIQUE and the
names in \`details.errors\`. Only 429 and 5xx are worth a second try.

Agents have a data plane of their own under \`/agents/v1\`, which is no part of this description.`.replace(
    /(?<!\n)\n(?!\n)/g,
    ' ',
  );

export function openApiDocument(methods: MethodTable, version: string): Json {
  const shelf = createSchemaShelf();
  const paths: Record<string, Json> = {};
  for (const name of Object.keys(methods).sort()) {
    const method = methods[name];
    if (method !== undefined) paths[PREFIX + name] = { post: operation(name, method, shelf) };
  }
  for (const route of OTHER_ROUTES) {
    paths[route.path] = { ...paths[route.path], [route.method]: otherOperation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'sly-agent platform', version, description: ABOUT },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      schemas: { ...shelf.all(), Error: ERROR },
      securitySchemes: {
        token: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'sly_session_<port>',
          description: 'Of the page; a call also needs the header x-sly-page and the own origin.',
        },
      },
    },
  };
}

const ERROR: Json = {
  type: 'object',
  required: ['error', 'details'],
  properties: {
    error: { type: 'string' },
    details: {
      type: 'object',
      required: ['message'],
      properties: {
        message: { type: 'string' },
        code: { type: 'string', description: 'See docs/reference/errors.md.' },
        hint: { type: 'string' },
        type: { const: 'NONUNIQUE' },
        errors: {
          type: 'array',
          items: {
            type: 'object',
            required: ['name', 'id'],
            properties: { name: { type: 'string' }, id: { type: 'integer' } },
          },
        },
      },
    },
  },
};
const REFUSED: Json = {
  description: 'Refused, or failed',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
};

function operation(name: string, method: ApiMethod, shelf: SchemaShelf): Json {
  const [group] = name.split('.');
  return {
    operationId: name,
    tags: [group],
    summary: method.about,
    'x-least-role': method.needs,
    ...requestOf(method, shelf),
    responses: { 200: { description: 'Done', ...contentOf(method.response, shelf) }, default: REFUSED },
  };
}

/** What goes beside a multipart body stands in the query. */
function requestOf(method: ApiMethod, shelf: SchemaShelf): Json {
  const schema = shelf.place(method.request);
  if (!isMultipart(method.request)) {
    return { requestBody: { required: true, content: { 'application/json': { schema } } } };
  }
  const properties = (schema.properties ?? {}) as Record<string, Json>;
  const required = (schema.required ?? []) as readonly string[];
  return {
    parameters: Object.entries(properties).map(([key, value]) => ({
      name: key,
      in: 'query',
      required: required.includes(key),
      schema: value,
    })),
    requestBody: { required: true, content: { 'multipart/form-data': { schema: { type: 'object' } } } },
  };
}

function contentOf(response: ApiMethod['response'], shelf: SchemaShelf): Json {
  if (response === 'bytes') return { content: { 'application/octet-stream': {} } };
  if (response === 'multipart') return { content: { 'multipart/form-data': {} } };
  return { content: { 'application/json': { schema: shelf.place(response as TSchema) } } };
}

function otherOperation(route: OtherRoute): Json {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = (route.query ?? []).map(({ name, about, schema }) => ({
    name,
    in: 'query',
    description: about,
    schema,
  }));
  return {
    tags: ['other'],
    summary: route.about,
    ...(route.login === 'none' && { security: [] }),
    parameters: [...inPath, ...inQuery],
    responses: {
      [route.status]: {
        description: 'Done',
        ...(route.type !== undefined && { content: { [route.type]: {} } }),
      },
      default: REFUSED,
    },
  };
}
