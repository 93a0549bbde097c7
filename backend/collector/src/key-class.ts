// Reduces a physical key to its coarse class. Works on KeyboardEvent.code, so the layout does not matter.
import type { KeyClass } from '@verity/protocol/telemetry/schemas';
import { CLASSES, TEXT_BASE, TEXT_SPAN } from './wire';

/** Left-hand letters by position on the keyboard (named as on QWERTY), by ten-finger typing. */
const LEFT_LETTERS = new Set('QWERTASDFGZXCVB');

const NAMED: Record<string, KeyClass> = {
  Space: 'space',
  Enter: 'enter_tab',
  NumpadEnter: 'enter_tab',
  Tab: 'enter_tab',
  Backspace: 'delete',
  Delete: 'delete',
  CapsLock: 'modifier',
  Home: 'navigation',
  End: 'navigation',
  PageUp: 'navigation',
  PageDown: 'navigation',
  Minus: 'punctuation',
  Equal: 'punctuation',
  BracketLeft: 'punctuation',
  BracketRight: 'punctuation',
  Backslash: 'punctuation',
  IntlBackslash: 'punctuation',
  IntlRo: 'punctuation',
  IntlYen: 'punctuation',
  Semicolon: 'punctuation',
  Quote: 'punctuation',
  Backquote: 'punctuation',
  Comma: 'punctuation',
  Period: 'punctuation',
  Slash: 'punctuation',
};

export function keyClass(code: string): KeyClass {
  const letter = /^Key([A-Z])$/.exec(code);
  if (letter) return LEFT_LETTERS.has(letter[1]!) ? 'left_letter' : 'right_letter';
  if (/^(Digit|Numpad)\d$/.test(code)) return 'digit';
  if (/^(Shift|Control|Alt|Meta)(Left|Right)$/.test(code)) return 'modifier';
  if (code.startsWith('Arrow')) return 'navigation';
  if (/^Numpad(Add|Subtract|Multiply|Divide|Decimal|Comma|Equal)$/.test(code)) return 'punctuation';
  return Object.hasOwn(NAMED, code) ? NAMED[code]! : 'other';
}

/** The class as it is sent: its place in the protocol's order. */
export const classCode = (keyClass: KeyClass): number => CLASSES.indexOf(keyClass);

/** The code of a keystroke in a field of fixed text: where it falls in the text, and which text by its number. */
export const positionCode = (position: number, text = 0): number =>
  text * TEXT_SPAN + Math.min(TEXT_SPAN - 1, TEXT_BASE + Math.max(0, Math.trunc(position)));

/** The number of a text that a page names: 0 without a name, else 1 to 65,535 (FNV-1a, folded to 16 bits). */
export function textNumber(name: string): number {
  if (name === '') return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 16)) & 0xffff || 1;
}
