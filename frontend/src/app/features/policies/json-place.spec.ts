// Specs of finding a pointer's line in a JSON text.
import { expect, it } from 'vitest';
import { lineOf } from './json-place';

const text = JSON.stringify(
  {
    rules: [
      { id: 'a', when: {} },
      { id: 'b', when: { groups: ['x', 'y, {"z":1}'] } },
    ],
    n: 1,
  },
  null,
  2,
);
const lineWith = (part: string): number =>
  text.split('\n').findIndex((line) => line.includes(part)) + 1;

it('finds a value by its pointer', () => {
  expect(lineOf(text, '/rules/1/id')).toBe(lineWith('"b"'));
  expect(lineOf(text, '/rules/1/when/groups/1')).toBe(lineWith('y, {'));
  expect(lineOf(text, '/n')).toBe(lineWith('"n"'));
  expect(lineOf(text, '')).toBe(1);
});

it('finds the last part that is there when the value is missing', () => {
  expect(lineOf(text, '/rules/1/when/roles')).toBe(lineOf(text, '/rules/1/when'));
  expect(lineOf(text, '/rules/9')).toBe(lineWith('"rules"'));
  expect(lineOf('', '/rules')).toBe(1);
});
