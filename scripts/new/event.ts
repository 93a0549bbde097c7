// A new socket event: its declaration in protocol; for one that clients send, its handler; a first test.
import { argumentOf, insertProperty, kebab, returnedHandlers, type Change } from './change';

export function newEvent(args: string[], read: (path: string) => string): Change[] {
  const [name = '', subject = '', direction = '', about = ''] = args;
  if (
    !/^[a-z][a-z_]*$/.test(name) ||
    !subject ||
    !about ||
    !['client', 'server'].includes(direction)
  ) {
    throw new Error(
      'an event needs a name in snake_case, a subject, client or server, and what it is about',
    );
  }
  const fromClient = direction === 'client';
  const declaration = `backend/protocol/src/${subject}/events.ts`;
  const handlers = `backend/server/src/sockets/${subject}.ts`;
  const table = fromClient ? 'CLIENT_EVENTS' : 'SERVER_EVENTS';
  const entry = fromClient
    ? `about: '${about}',
       who: ['admin'],
       payload: z.strictObject({}),
       reply: z.object({}),
       perSecond: 5`
    : `about: '${about}',
       payload: z.object({}),
       rooms: ['admin'],
       producer: 'name what makes it'`;
  const changes: Change[] = [
    {
      path: declaration,
      replaces: true,
      text: insertProperty(
        read(declaration),
        argumentOf(fromClient ? 'clientEvents' : 'serverEvents'),
        name,
        `${name}: { ${entry} }`,
      ),
    },
  ];
  if (fromClient) {
    changes.push({
      path: handlers,
      replaces: true,
      text: insertProperty(
        read(handlers),
        returnedHandlers,
        name,
        `async ${name}() { return {}; }`,
      ),
    });
  }
  changes.push({
    path: `backend/protocol/src/${subject}/${kebab(name)}.spec.ts`,
    replaces: false,
    text: `// The socket event ${name}.
import { describe, expect, it } from 'vitest';
import { ${table} } from '../events';

describe('${name}', () => {
  it('says what it carries', () => {
    const { payload } = ${table}.${name};
    expect(Object.keys(payload.shape)).not.toEqual([]);
  });
});
`,
  });
  return changes;
}
