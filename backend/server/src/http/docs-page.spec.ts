// The page at /docs.
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { CLIENT_EVENTS, SERVER_EVENTS } from '@verity/protocol/events';
import { ROUTES } from '@verity/protocol/routes';
import { docsPage } from './docs-page';
import { DOCS_SCRIPT } from './docs-script';
import { openApi } from './openapi';
import { saidOf, schemaText } from './schema-text';

const page = docsPage(openApi('1.2.3'))('the-nonce');
const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);

describe('the page of the API', () => {
  it('shows every route and every socket event', () => {
    for (const key of Object.keys(ROUTES)) {
      const [method = '', path = ''] = key.split(' ');
      const address = path.replace(/:(\w+)/g, '{$1}');
      expect(page).toContain(`${method}</b> <code>${address}</code>`);
    }
    for (const name of Object.keys({ ...CLIENT_EVENTS, ...SERVER_EVENTS })) {
      expect(ids).toContain(`event-${name}`);
    }
  });

  it('links only to what is on it, and names everything once', () => {
    const linked = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(linked.filter((id) => !ids.includes(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('runs under a policy of nonces: nothing inline without one, and nothing from elsewhere', () => {
    expect(page.match(/<(style|script)\b[^>]*>/g)).toEqual([
      '<style nonce="the-nonce">',
      '<script nonce="the-nonce">',
    ]);
    expect(page).not.toMatch(/\s(style|on\w+)="/);
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it('has a script that parses, and no text that would end it', () => {
    expect(() => new Script(DOCS_SCRIPT)).not.toThrow();
    expect(DOCS_SCRIPT).not.toContain('</');
  });
});

describe('a schema as text', () => {
  it('reads like a type', () => {
    const schema = {
      type: 'object',
      properties: {
        id: { type: 'string', format: 'uuid' },
        role: { $ref: '#/components/schemas/Role' },
        at: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        many: { type: 'array', items: { enum: ['a', 'b'] }, maxItems: 3 },
        pair: { type: 'array', prefixItems: [{ type: 'number' }, { const: 1 }] },
        limit: { type: 'integer', minimum: 1, maximum: 9, default: 5 },
      },
      required: ['id'],
    };
    const text = schemaText(schema)
      .map((piece) => (typeof piece === 'string' ? piece : `<${piece.ref}>`))
      .join('');
    expect(text.split('\n')).toEqual([
      '{',
      '  id: string  // uuid',
      '  role?: <Role>',
      '  at?: string | null',
      "  many?: ('a' | 'b')[]  // at most 3 items",
      '  pair?: [number, 1]',
      '  limit?: integer  // 1 to 9, default 5',
      '}',
    ]);
    expect(saidOf({ minLength: 12, maxLength: 12 })).toBe('12 characters');
  });
});
