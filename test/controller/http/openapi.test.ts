import assert from 'node:assert/strict';
import { test } from 'vitest';
import { describeApi } from '../../../controller/http/openapi.ts';
import { routes } from '../../../controller/http/routes.ts';

interface Operation {
  summary: string;
  parameters: { name: string; in: string; required: boolean }[];
  requestBody?: object;
  responses: Record<string, object>;
}

const { openapi, paths } = describeApi(routes, '0.1.0') as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
};

test('every route is in the document, and nothing else', () => {
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const wanted = routes.map(({ on }) => on.replace(/[:*](\w+)/g, '{$1}'));
  assert.deepEqual(described.toSorted(), wanted.toSorted());
  assert.equal(new Set(wanted).size, wanted.length, 'a route is there twice');
  assert.equal(openapi, '3.1.0');
});

for (const { on, body, query, response } of routes) {
  test(`${on} says what it takes and gives`, () => {
    const [method = '', pattern = ''] = on.split(' ');
    const operation = paths[pattern.replace(/[:*](\w+)/g, '{$1}')]?.[method.toLowerCase()] as Operation;
    assert.ok(operation.summary.length > 5);
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
    assert.deepEqual(
      inPath,
      [...pattern.matchAll(/[:*](\w+)/g)].map(([, name]) => name),
    );
    assert.equal(operation.requestBody !== undefined, body !== undefined);
    assert.equal(
      operation.parameters.some((parameter) => parameter.in === 'query'),
      query !== undefined,
    );
    if (response) assert.match(JSON.stringify(operation.responses[200]), /application\/json/);
    assert.doesNotMatch(JSON.stringify(operation), /undefined/);
  });
}

test('a revision to go back to is described as the pattern that it is checked with', () => {
  assert.match(JSON.stringify(paths['/v1/undo']), /"pattern":"\^\(/);
});
