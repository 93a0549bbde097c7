// A new HTTP route: its declaration in protocol, its handler, a first test.
import { argumentOf, insertProperty, kebab, returnedHandlers, type Change } from './change';

export function newRoute(args: string[], read: (path: string) => string): Change[] {
  const [key = '', subject = '', summary = ''] = args;
  const parts = /^(GET|POST|PUT|PATCH|DELETE) (\/\S+)$/.exec(key);
  if (!parts || !subject || !summary)
    throw new Error('a route needs "METHOD /path", a subject and a summary');
  const parameters = Array.from(key.matchAll(/:(\w+)/g), ([, name]) => name);
  const declaration = `backend/protocol/src/${subject}/routes.ts`;
  const handlers = `backend/server/src/routes/${subject}.ts`;
  const spec = `backend/server/src/routes/${kebab(key)}.spec.ts`;
  const quoted = (text: string): string => `'${text.replaceAll("'", '’')}'`;
  const params = parameters.length
    ? `params: z.strictObject({ ${parameters.map((name) => `${name}: z.string()`).join(', ')} }),`
    : '';
  return [
    {
      path: declaration,
      replaces: true,
      text: insertProperty(
        read(declaration),
        argumentOf('routes'),
        key,
        `'${key}': {
          summary: ${quoted(summary)},
          subject: '${subject}',
          who: { roles: ['admin'] },
          sensitivity: 'medium',
          ${params}
          reply: z.object({}),
        }`,
      ),
    },
    {
      path: handlers,
      replaces: true,
      text: insertProperty(
        read(handlers),
        returnedHandlers,
        key,
        `async '${key}'(${parameters.length ? '{ params }' : ''}) {
          ${parameters.length ? 'void params;' : ''}
          return {};
        }`,
      ),
    },
    {
      path: spec,
      replaces: false,
      text: `// ${key}
import { describe, expect, it } from 'vitest';
import { ROUTES } from '@verity/protocol/routes';

describe(${quoted(key)}, () => {
  it('says what it answers', () => {
    const { reply } = ROUTES[${quoted(key)}];
    expect(Object.keys(reply.shape)).not.toEqual([]);
  });
});
`,
    },
  ];
}
