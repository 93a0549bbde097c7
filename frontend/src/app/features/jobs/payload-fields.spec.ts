// Forms drawn from schemas.
import { describe, expect, it } from 'vitest';
import { fieldsOf, payloadOf, problemsOf, unreadable } from './payload-fields';

const schema = {
  type: 'object',
  properties: {
    session_id: { type: 'string', format: 'uuid', description: 'Id of the session' },
    keep: { type: 'integer', minimum: 1, maximum: 100, default: 3 },
    deep: { type: 'boolean' },
    way: { type: 'string', enum: ['fast', 'slow'] },
    more: { type: 'object' },
  },
  required: ['session_id'],
};

describe('fieldsOf', () => {
  it('draws a field for each property, with what it may be', () => {
    expect(fieldsOf(schema)).toMatchObject([
      { name: 'session_id', title: 'Id of the session', kind: 'text', required: true },
      { name: 'keep', kind: 'number', hint: '1 to 100', initial: '3', required: false },
      { name: 'deep', kind: 'yes-no' },
      { name: 'way', kind: 'choice', options: ['fast', 'slow'] },
      { name: 'more', kind: 'json' },
    ]);
    expect(fieldsOf({ type: 'object' })).toEqual([]);
  });
});

describe('payloadOf', () => {
  it('makes the payload of what was typed, and leaves out what was left empty', () => {
    const texts = { session_id: ' a ', keep: '5', deep: 'false', way: '', more: '{"a":1}' };
    expect(payloadOf(fieldsOf(schema), texts)).toEqual({
      session_id: 'a',
      keep: 5,
      deep: false,
      more: { a: 1 },
    });
    expect(() => payloadOf(fieldsOf(schema), { more: '{' })).toThrow(SyntaxError);
  });
});

describe('what is wrong with a payload', () => {
  const fields = fieldsOf(schema);

  it('stands at the field that it speaks of, whatever is inside the field', () => {
    const issues = [
      { path: '/payload/keep', message: 'must be 1 or more' },
      { path: '/payload/more/deep/0', message: 'must be a text' },
      { path: '/payload/more', message: 'must not be empty' },
      { path: '/payload/unknown', message: 'is not known' },
      { path: '/task', message: 'is not the name of a task' },
    ];
    expect(problemsOf(fields, issues)).toEqual({
      keep: 'must be 1 or more',
      more: 'must be a text; must not be empty',
    });
  });

  it('is said before the server is asked where that needs no server', () => {
    const texts = { session_id: ' ', keep: 'many', more: '{' };
    expect(unreadable(fields, texts)).toEqual({
      session_id: 'is needed',
      keep: 'must be a number',
      more: expect.stringContaining('is not JSON'),
    });
    expect(unreadable(fields, { session_id: 'x', keep: '', more: '{}' })).toEqual({});
  });
});
