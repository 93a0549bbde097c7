// Forms drawn from schemas.
import { describe, expect, it } from 'vitest';
import { fieldsOf, payloadOf } from './payload-fields';

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
