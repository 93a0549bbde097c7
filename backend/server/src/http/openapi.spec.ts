// The API description: whole, well-formed, and true to the declarations.
import { describe, expect, it } from 'vitest';
import { FAULTS } from '@verity/protocol/faults';
import { ROUTES, type RouteKey } from '@verity/protocol/routes';
import { describeEvents } from './event-docs';
import { faultsOf, openApi, responseOf, type Operation } from './openapi';
import { NAMED_SCHEMAS } from './schema-names';

const document = openApi('1.2.3');
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);
const operationOf = (key: RouteKey): Operation => {
  const [method = '', path = ''] = key.split(' ');
  const address = path.replace(/:(\w+)/g, '{$1}');
  return document.paths[address]?.[method.toLowerCase()] as Operation;
};

/** Every object inside a value, with its place. */
function* nodes(value: unknown, at = '#'): Generator<[Record<string, unknown>, string]> {
  if (value === null || typeof value !== 'object') return;
  if (!Array.isArray(value)) yield [value as Record<string, unknown>, at];
  for (const [key, inner] of Object.entries(value)) yield* nodes(inner, `${at}/${key}`);
}

describe('the OpenAPI description', () => {
  it('has every route, and nothing else', () => {
    const keys = operations.map(
      ({ path, method }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
    );
    expect(keys.sort()).toEqual(Object.keys(ROUTES).sort());
  });

  it('is OpenAPI 3.1 in structure', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: 'Verity', version: '1.2.3' });
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = new Set(document.tags.map(({ name }) => name));
    for (const { path, operation } of operations) {
      expect(path).toMatch(/^\//);
      expect(operation.operationId).toMatch(/^[a-z][A-Za-z0-9]*$/);
      expect(operation.tags.every((tag) => tags.has(tag))).toBe(true);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(declared.map(({ name }) => name)).toEqual(inPath);
      expect(declared.every(({ required }) => required)).toBe(true);
      for (const [status, shared] of Object.entries(operation.responses)) {
        const response = responseOf(document, shared);
        expect(status).toMatch(/^[1-5]\d\d$/);
        expect(response.description).not.toBe('');
        expect(Object.keys(response.content)).toHaveLength(1);
      }
      for (const requirement of operation.security) {
        for (const scheme of Object.keys(requirement)) {
          expect(document.components.securitySchemes).toHaveProperty(scheme);
        }
      }
    }
  });

  it('refers only to schemas that it holds, and holds none that nobody refers to', () => {
    const used = new Set<string>();
    for (const [node, at] of nodes(document)) {
      if (typeof node['$ref'] !== 'string') continue;
      const [, kind = '', name = ''] = node['$ref'].replace('#', '').split('/').slice(1);
      expect(document.components, at).toHaveProperty([kind, name]);
      used.add(`${kind}/${name}`);
    }
    const { schemas, responses } = document.components;
    const held = [
      ...Object.keys(schemas).map((name) => `schemas/${name}`),
      ...Object.keys(responses).map((name) => `responses/${name}`),
    ];
    expect([...used].sort()).toEqual(held.sort());
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  it('says of every schema what it is', () => {
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect(schema.description, name).toMatch(/\.$/);
    }
    for (const { name, description } of document.tags) expect(description, name).not.toBe('');
  });

  it('has names for all that is written more than once', () => {
    // An object with five fields that is spelt out twice wants a name.
    const seen = new Map<string, string>();
    for (const [node, at] of nodes(document.paths)) {
      const fields = Object.keys((node['properties'] as object | undefined) ?? {});
      // Pages differ by their items, and the two addresses of signing in share one declaration.
      if (fields.length < 5 || fields.includes('next_cursor') || at.includes('login')) continue;
      const text = JSON.stringify(node);
      expect(seen.get(text), at).toBeUndefined();
      seen.set(text, at);
    }
  });

  it('tells who may call', () => {
    expect(operationOf('PUT /api/v1/policies')).toMatchObject({
      security: [{ bearer: [] }],
      'x-roles': ['admin'],
      'x-sensitivity': 'high',
    });
    expect(operationOf('GET /api/alerts')).toMatchObject({
      security: [{ bearer: [] }, { api_key: [] }],
      'x-scopes': ['alerts:read'],
    });
    expect(operationOf('GET /health').security).toEqual([]);
  });

  it('tells what may go wrong, and nothing that cannot', () => {
    const codes = (key: RouteKey) => {
      const [method = '', path = ''] = key.split(' ');
      return faultsOf(method, path, ROUTES[key]);
    };
    expect(codes('GET /health/live')).toEqual(['too-fast', 'internal']);
    expect(codes('PUT /api/v1/policies')).toContain('conflict');
    expect(codes('GET /api/v1/me/risk')).not.toContain('step-up-required');
    expect(codes('GET /api/v1/me/risk')).not.toContain('session-restricted');
    expect(codes('GET /api/alerts/:id')).toEqual(
      expect.arrayContaining(['not-found', 'step-up-required', 'session-restricted']),
    );
    const told = operationOf('GET /api/alerts/:id').responses['401'] as { $ref: string };
    expect(
      responseOf(document, told)['x-codes']?.every((code) => FAULTS[code].status === 401),
    ).toBe(true);
  });

  it('shows a list in a query as values joined by commas, and knows what has a default', () => {
    const parameters = operationOf('GET /api/alerts').parameters ?? [];
    expect(parameters.find(({ name }) => name === 'status')).toMatchObject({
      required: false,
      explode: false,
      schema: { type: 'array', items: { $ref: '#/components/schemas/AlertStatus' } },
    });
    expect(parameters.find(({ name }) => name === 'limit')).toMatchObject({
      required: false,
      schema: { type: 'integer', default: 50, minimum: 1, maximum: 200 },
    });
  });

  it('is the same every time', () => {
    expect(JSON.stringify(openApi('1.2.3'))).toBe(JSON.stringify(document));
  });
});

describe('the description of socket events', () => {
  it('holds what its payloads refer to, and every name is of use somewhere', () => {
    const { events, schemas } = describeEvents();
    for (const [node, at] of nodes({ events, schemas })) {
      if (typeof node['$ref'] !== 'string') continue;
      expect(schemas, at).toHaveProperty([node['$ref'].replace('#/components/schemas/', '')]);
    }
    const named = new Set([...Object.keys(schemas), ...Object.keys(document.components.schemas)]);
    expect(Object.keys(NAMED_SCHEMAS).filter((name) => !named.has(name))).toEqual([]);
  });
});
