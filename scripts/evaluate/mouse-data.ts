// Reads recorded mouse sessions (Balabit layout, in a .tar.gz) as the collector would have sent them.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { advance, newWindowState, type BehaviourWindow } from '@verity/domain/telemetry/windows';
import { misfit, parseCsv } from './csv';

export interface MouseSession {
  user: string;
  name: string;
  /** [ms, x, y] */
  movements: [number, number, number][];
  /** [ms, x, y, button, hold in ms] */
  clicks: [number, number, number, number, number][];
}

const BLOCK = 512;

/** The plain files of a tar archive (POSIX ustar). */
export function* filesOfTar(tar: Uint8Array): Generator<{ path: string; text: string }> {
  const decoder = new TextDecoder();
  const field = (at: number, size: number): string =>
    decoder.decode(tar.subarray(at, at + size)).replace(/\0.*$/s, '');
  for (let at = 0; at + BLOCK <= tar.length;) {
    const name = field(at, 100);
    if (name === '') break;
    const prefix = field(at + 345, 155);
    const size = Number.parseInt(field(at + 124, 12).trim() || '0', 8);
    if (!Number.isSafeInteger(size) || at + BLOCK + size > tar.length) {
      throw misfit(`the archive is cut off at ${name}`);
    }
    const type = field(at + 156, 1);
    if (type === '' || type === '0') {
      yield {
        path: prefix ? `${prefix}/${name}` : name,
        text: decoder.decode(tar.subarray(at + BLOCK, at + BLOCK + size)),
      };
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

export function readMouseArchive(path: string): MouseSession[] {
  const sessions: MouseSession[] = [];
  for (const { path: name, text } of filesOfTar(gunzipSync(readFileSync(path)))) {
    const parts = name.split('/');
    const user = parts.at(-2);
    if (!user || !/session_/.test(name)) continue;
    sessions.push(readMouseSession(text, user, parts.at(-1) as string));
  }
  return sessions;
}

export function readMouseSession(text: string, user: string, name: string): MouseSession {
  const { header, rows } = parseCsv(text, name);
  const column = (title: string): number => {
    const at = header.indexOf(title);
    if (at < 0) throw misfit(`${name} has no column "${title}"`);
    return at;
  };
  const [time, state, button, x, y] = [
    column('client timestamp'),
    column('state'),
    column('button'),
    column('x'),
    column('y'),
  ] as const;
  const session: MouseSession = { user, name, movements: [], clicks: [] };
  const pressed = new Map<string, number>();
  for (const row of rows) {
    const ms = Number(row[time]) * 1000;
    const [px, py] = [Number(row[x]), Number(row[y])];
    // 65535 is what the recorder wrote when it knew no place.
    if (!Number.isFinite(ms) || px >= 65_535 || py >= 65_535) continue;
    const what = row[state] as string;
    if (what === 'Move' || what === 'Drag') session.movements.push([ms, px, py]);
    else if (what === 'Pressed') pressed.set(row[button] as string, ms);
    else if (what === 'Released') {
      const from = pressed.get(row[button] as string);
      pressed.delete(row[button] as string);
      if (from !== undefined) session.clicks.push([from, px, py, 0, ms - from]);
    }
  }
  return session;
}

/** Clicks are given with the second that they began in. */
export function mouseWindowsOf(
  session: MouseSession,
  startedAt = 1_700_000_000_000,
): BehaviourWindow[] {
  let state = newWindowState();
  const windows: BehaviourWindow[] = [];
  let click = 0;
  for (let from = 0; from < session.movements.length;) {
    const second = Math.floor(((session.movements[from] as number[])[0] as number) / 1000);
    let to = from;
    while (
      to < session.movements.length &&
      Math.floor(((session.movements[to] as number[])[0] as number) / 1000) === second
    ) {
      to++;
    }
    const clicks: MouseSession['clicks'] = [];
    for (; click < session.clicks.length; click++) {
      const next = session.clicks[click] as MouseSession['clicks'][number];
      if (next[0] >= (second + 1) * 1000) break;
      clicks.push(next);
    }
    const step = advance(state, {
      started_at: startedAt + second * 1000,
      keystrokes: [],
      mouseMovements: session.movements
        .slice(from, to)
        .map(([ms, x, y]) => [ms - second * 1000, x, y]),
      clicks,
    });
    state = step.state;
    windows.push(...step.windows);
    from = to;
  }
  return windows;
}
