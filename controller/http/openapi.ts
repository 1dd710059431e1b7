import { z } from 'zod';
import type { Route } from './call.ts';
import { fault } from './schemas.ts';

const schemaOf = (schema: z.ZodType, io: 'input' | 'output') => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>;
  return rest;
};

const PATH_PART = /[:*](\w+)/g;

/** OpenAPI 3.1 of the routes: made of the same schemas that requests are checked with. */
export function describeApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const [method = '', pattern = ''] = route.on.split(' ');
    const path = pattern.replace(PATH_PART, '{$1}');
    paths[path] = { ...paths[path], [method.toLowerCase()]: describeRoute(route, pattern) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'promfleet', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: {
      securitySchemes: { credential: { type: 'http', scheme: 'bearer', description: 'pfo_…, of an operator' } },
      schemas: { Fault: schemaOf(fault, 'output') },
    },
  };
}

function describeRoute(route: Route, pattern: string): object {
  const inPath = [...pattern.matchAll(PATH_PART)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const ok = route.response
    ? { content: { 'application/json': { schema: schemaOf(route.response, 'output') } } }
    : undefined;
  return {
    summary: route.summary,
    'x-access': route.access,
    ...(route.access === 'anyone' ? {} : { security: [{ credential: [] }] }),
    parameters: [...inPath, ...(route.query ? describeQuery(route.query) : [])],
    ...(route.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } } }
      : {}),
    responses: {
      200: { description: 'done', ...ok },
      default: {
        description: 'refused, and why',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Fault' } } },
      },
    },
  };
}

function describeQuery(query: z.ZodType): object[] {
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    properties?: Record<string, object>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}
