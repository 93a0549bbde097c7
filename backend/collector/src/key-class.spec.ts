import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIXED_TEXT_BASE, KEY_CLASSES, TELEMETRY_LIMITS } from '@verity/protocol/telemetry/schemas';
import { classCode, keyClass, positionCode } from './key-class';
import { CLASSES, LIMITS, TEXT_BASE } from './wire';

test('the collector and the protocol share one list of classes and one set of limits', () => {
  expect(CLASSES).toEqual(KEY_CLASSES);
  expect(LIMITS).toEqual(TELEMETRY_LIMITS);
  expect(TEXT_BASE).toBe(FIXED_TEXT_BASE);
});

test.each([
  ['KeyA', 'left_letter'],
  ['KeyB', 'left_letter'],
  ['KeyT', 'left_letter'],
  ['KeyH', 'right_letter'],
  ['KeyN', 'right_letter'],
  ['KeyY', 'right_letter'],
  ['Digit7', 'digit'],
  ['Numpad0', 'digit'],
  ['Space', 'space'],
  ['Enter', 'enter_tab'],
  ['Tab', 'enter_tab'],
  ['Backspace', 'delete'],
  ['Delete', 'delete'],
  ['ShiftLeft', 'modifier'],
  ['AltRight', 'modifier'],
  ['ArrowUp', 'navigation'],
  ['PageDown', 'navigation'],
  ['Comma', 'punctuation'],
  ['NumpadDivide', 'punctuation'],
  ['F5', 'other'],
  ['', 'other'],
  ['constructor', 'other'],
] as const)('%s is of the class %s', (code, expected) => {
  expect(keyClass(code)).toBe(expected);
});

test('every letter belongs to exactly one hand: 15 to the left, 11 to the right', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter) => keyClass(`Key${letter}`));
  expect(letters.filter((hand) => hand === 'left_letter')).toHaveLength(15);
  expect(letters.filter((hand) => hand === 'right_letter')).toHaveLength(11);
});

test('whatever the browser calls a key, its code is one of the classes', () => {
  fc.assert(
    fc.property(fc.string(), (code) => {
      expect(classCode(keyClass(code))).toBeGreaterThanOrEqual(0);
      expect(classCode(keyClass(code))).toBeLessThan(KEY_CLASSES.length);
    }),
  );
});

test('a position in a fixed text starts at the base and stays within what the door takes', () => {
  expect(positionCode(0)).toBe(16);
  expect(positionCode(9)).toBe(25);
  expect(positionCode(500)).toBe(127);
  expect(positionCode(-1)).toBe(16);
});
