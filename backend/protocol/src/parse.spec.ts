// What a sender is told of a value that does not fit.
import { expect, it } from 'vitest';
import { z } from 'zod';
import { Fault } from './faults';
import { parse } from './parse';

const said = (schema: z.ZodType, value: unknown): unknown => {
  try {
    return parse(z.object({ it: schema }), { it: value }, 'body');
  } catch (error) {
    return error instanceof Fault ? error.message : error;
  }
};

it.each<[z.ZodType, unknown, string]>([
  [z.string(), undefined, 'is missing'],
  [z.enum(['a', 'b']), undefined, 'is missing'],
  [z.string(), 7, 'must be a string'],
  [z.int(), 1.5, 'must be a whole number'],
  [z.number().max(100), 140, 'must be at most 100'],
  [z.number().positive(), 0, 'must be above 0'],
  [z.string().min(1), '', 'must not be empty'],
  [z.string().max(3), 'four', 'must have at most 3 characters'],
  [z.array(z.string()).min(2), ['a'], 'must have at least 2 entries'],
  [z.enum(['a', 'b']), 'c', 'must be one of a, b'],
  [z.literal('a'), 'c', 'must be a'],
  [z.string().refine(() => false, 'must be an address'), 'c', 'must be an address'],
  [z.string().max(3, 'is too long a name'), 'four', 'is too long a name'],
])('says what is wrong: %#', (schema, value, words) => {
  expect(said(schema, value)).toBe(`The body does not fit: /it ${words}.`);
});
