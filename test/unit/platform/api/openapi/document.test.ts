import { Validator } from '@seriousme/openapi-schema-validator';
import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import { endpoint, Multipart } from '../../../../../src/platform/api/method.ts';
import { openApiDocument } from '../../../../../src/platform/api/openapi/document.ts';
import { apiReference } from '../../../../../src/platform/api/openapi/reference.ts';
import { describedMethods } from '../../../../../src/platform/api/openapi/tables.ts';

const methods = describedMethods();

test('the description of all methods is valid OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(openApiDocument(methods, '1.2.3'));
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
});

test('the validator would notice', async () => {
  const broken = { ...openApiDocument({}, '1'), paths: { nowhere: { post: { responses: 7 } } } };
  expect((await new Validator().validate(broken)).valid).toBe(false);
});

/** What an app answers is the app's own. */
const ANYTHING = new Set(['tasks.request.direct']);

test.each(Object.entries(methods))('%s says what it is', (name, method) => {
  expect(method.about).toMatch(/^[A-Z"`].*[.]$/s);
  expect(['view', 'annotate', 'manage', 'admin']).toContain(method.needs);
  if (typeof method.response !== 'string' && !ANYTHING.has(name)) {
    // Unknown would let any reply pass.
    expect(Object.keys(method.response).length).toBeGreaterThan(0);
  }
});

test('a scope never throws on what the parser lets through', () => {
  for (const method of Object.values(methods)) {
    try {
      method.scope(method.parse({}));
    } catch (error) {
      expect(error).toMatchObject({ code: 'SLY_BAD_MESSAGE' });
    }
  }
});

describe('one method', () => {
  const Car = Type.Object({ id: Type.Integer() }, { title: 'Car' });
  const method = endpoint(
    {
      about: 'Cars.',
      needs: 'manage',
      request: Type.Object({ id: Type.Integer() }),
      response: Type.Array(Car),
    },
    async () => [],
  );
  interface Document {
    paths: Record<string, Record<string, object>>;
    components: { schemas: Record<string, object> };
  }
  const document = (table: Parameters<typeof openApiDocument>[0]) =>
    openApiDocument(table, '1') as unknown as Document;

  test('a titled schema stands once under components', () => {
    const { components, paths } = document({ 'cars.list': method, 'cars.all': method });
    expect(components.schemas.Car).toMatchObject({ type: 'object', required: ['id'] });
    expect(paths['/public/api/v3/cars.list']?.post).toMatchObject({
      operationId: 'cars.list',
      'x-least-role': 'manage',
      responses: {
        200: { content: { 'application/json': { schema: { items: { $ref: '#/components/schemas/Car' } } } } },
      },
    });
  });

  test('two schemas of one title are refused', () => {
    const Other = Type.Object({ name: Type.String() }, { title: 'Car' });
    const other = endpoint(
      { about: 'Cars.', needs: 'view', request: Type.Object({}), response: Other },
      async () => ({}),
    );
    expect(() => document({ 'cars.list': method, 'cars.info': other })).toThrow(/Car/);
  });

  test('what goes beside a multipart body stands in the query', () => {
    const upload = endpoint(
      {
        about: 'Takes files.',
        needs: 'manage',
        request: Multipart({ teamId: Type.Integer() }),
        response: Type.Array(Type.String()),
      },
      async () => [],
    );
    expect(document({ 'files.upload': upload }).paths['/public/api/v3/files.upload']?.post).toMatchObject({
      parameters: [{ name: 'teamId', in: 'query', required: true }],
      requestBody: { content: { 'multipart/form-data': {} } },
    });
  });

  test('a bar in a sentence does not break the table', () => {
    const table = { 'a.b': { ...method, about: 'One | two.' } };
    expect(apiReference(table)).toContain('| `a.b` | One \\| two. | manage |');
  });
});
