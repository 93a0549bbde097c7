// Reads recorded free typing (POHMM layout) and maps each key to its class, as the collector would have sent it.
import { KEY_CLASSES, type KeyClass } from '@verity/protocol/telemetry/schemas';
import {
  advance,
  newWindowState,
  type BehaviourBatch,
  type BehaviourWindow,
} from '@verity/domain/telemetry/windows';
import { misfit, parseCsv, readText } from './csv';

/** [class code, press in ms since the session began, hold in ms] */
export type RecordedKey = [number, number, number];

export interface Person {
  name: string;
  sessions: { name: string; keys: RecordedKey[] }[];
}

const LEFT_HAND = new Set('qwertasdfgzxcvb');
const NAVIGATION = new Set(['left', 'right', 'up', 'down', 'home', 'end', 'page_up', 'page_down']);
const PUNCTUATION = new Set([
  'period',
  'comma',
  'quote',
  'slash',
  'dash',
  'semicolon',
  'back_slash',
  'equals',
  'open_bracket',
  'close_bracket',
  'back_quote',
]);

export function classOf(key: string): KeyClass {
  if (/^[a-z]$/.test(key)) return LEFT_HAND.has(key) ? 'left_letter' : 'right_letter';
  if (/^(numpad_)?\d$/.test(key)) return 'digit';
  if (key === 'space') return 'space';
  if (key === 'enter' || key === 'tab') return 'enter_tab';
  if (key === 'backspace' || key === 'delete') return 'delete';
  if (/(^|_)(shift|ctrl|alt|meta)$/.test(key) || key === 'caps_lock') return 'modifier';
  if (NAVIGATION.has(key)) return 'navigation';
  return PUNCTUATION.has(key) ? 'punctuation' : 'other';
}

/** A file of the columns user, session, keyname, timepress, timerelease (ms), plain or .gz. */
export function readTyping(path: string): Person[] {
  const { header, rows } = parseCsv(readText(path), path);
  const column = (name: string): number => {
    const at = header.indexOf(name);
    if (at < 0) throw misfit(`${path} has no column ${name}`);
    return at;
  };
  const [user, session, key, press, release] = [
    column('user'),
    column('session'),
    column('keyname'),
    column('timepress'),
    column('timerelease'),
  ] as const;
  const people = new Map<string, Map<string, RecordedKey[]>>();
  rows.forEach((row, i) => {
    const down = Number(row[press]);
    const up = Number(row[release]);
    if (!Number.isFinite(down) || !Number.isFinite(up)) {
      throw misfit(`${path}, line ${i + 2}: a time is not a number`);
    }
    const sessions = people.get(row[user] as string) ?? new Map<string, RecordedKey[]>();
    people.set(row[user] as string, sessions);
    const keys = sessions.get(row[session] as string) ?? [];
    sessions.set(row[session] as string, keys);
    keys.push([KEY_CLASSES.indexOf(classOf(row[key] as string)), down, Math.max(0, up - down)]);
  });
  return [...people].map(([name, sessions]) => ({
    name,
    sessions: [...sessions].map(([id, keys]) => ({ name: id, keys })),
  }));
}

/** Recorded keys as the collector would have sent them: a batch for each second in which a key was pressed. */
export function batchesOf(
  keys: readonly RecordedKey[],
  startedAt = 1_700_000_000_000,
): BehaviourBatch[] {
  const batches: BehaviourBatch[] = [];
  for (let from = 0; from < keys.length;) {
    const second = Math.floor((keys[from] as RecordedKey)[1] / 1000);
    let to = from;
    while (to < keys.length && Math.floor((keys[to] as RecordedKey)[1] / 1000) === second) to++;
    batches.push({
      started_at: startedAt + second * 1000,
      keystrokes: keys
        .slice(from, to)
        .map(([key, down, hold]) => [key, down - second * 1000, hold]),
      mouseMovements: [],
      clicks: [],
    });
    from = to;
  }
  return batches;
}

/** The windows of recorded keys, cut by the very code that the platform uses. */
export function windowsOf(keys: readonly RecordedKey[], startedAt?: number): BehaviourWindow[] {
  let state = newWindowState();
  return batchesOf(keys, startedAt).flatMap((batch) => {
    const step = advance(state, batch);
    state = step.state;
    return step.windows;
  });
}
