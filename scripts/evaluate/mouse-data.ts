// Reads recorded mouse sessions (Balabit layout) and plays them as the collector would have sent them.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { advance, newWindowState, type BehaviourWindow } from '@verity/domain/telemetry/windows';
import { misfit, parseCsv } from './csv';

export interface MouseSession {
  user: string;
  name: string;
  /** [ms, x, y] */
  movements: [number, number, number][];
  /** [ms, x, y, button, hold in ms], by the time of the release. */
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

/** The sessions below `directory/part`, or in `directory/part.tar.gz` beside, in the order of user and name. */
export function* readMousePart(directory: string, part: string): Generator<MouseSession> {
  const folder = join(directory, part);
  const archive = `${folder}.tar.gz`;
  const files = isFolder(folder)
    ? filesOfFolder(folder)
    : existsSync(archive)
      ? filesOfArchive(archive)
      : null;
  if (!files) throw misfit(`${directory} has neither ${part}/ nor ${part}.tar.gz`);
  for (const { path, text } of files) {
    const [user, name] = path.split('/').slice(-2);
    if (user && name?.startsWith('session_')) yield readMouseSession(text, user, name);
  }
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

function* filesOfFolder(folder: string): Generator<{ path: string; text: string }> {
  for (const user of readdirSync(folder).sort()) {
    if (!isFolder(join(folder, user))) continue;
    for (const name of readdirSync(join(folder, user)).sort()) {
      yield { path: `${user}/${name}`, text: readFileSync(join(folder, user, name), 'utf8') };
    }
  }
}

function filesOfArchive(path: string): { path: string; text: string }[] {
  let tar: Uint8Array;
  try {
    tar = gunzipSync(readFileSync(path));
  } catch (cause) {
    throw misfit(`${path} cannot be unpacked: ${(cause as Error).message}`, cause);
  }
  return [...filesOfTar(tar)].sort((a, b) => (a.path < b.path ? -1 : 1));
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
  const pressed = new Map<string, [number, number, number]>();
  for (const row of rows) {
    const ms = Number(row[time]) * 1000;
    const [px, py] = [Number(row[x]), Number(row[y])];
    // 65535 is what the recorder wrote when it knew no place.
    if (!Number.isFinite(ms) || !(px < 65_535) || !(py < 65_535)) continue;
    const what = row[state] as string;
    const key = row[button] as string;
    if (what === 'Move' || what === 'Drag') session.movements.push([ms, px, py]);
    else if (what === 'Pressed') pressed.set(key, [ms, px, py]);
    else if (what === 'Released') {
      const down = pressed.get(key);
      pressed.delete(key);
      if (down) session.clicks.push([...down, key === 'Right' ? 2 : 0, ms - down[0]]);
    }
  }
  return session;
}

/** The actions of a session, cut by the very code that the platform uses, a batch a second. */
export function mouseWindowsOf(
  session: MouseSession,
  startedAt = 1_700_000_000_000,
): BehaviourWindow[] {
  const batches = new Map<
    number,
    { movements: MouseSession['movements']; clicks: MouseSession['clicks'] }
  >();
  const batchOf = (ms: number) => {
    const second = Math.floor(ms / 1000);
    const batch = batches.get(second) ?? { movements: [], clicks: [] };
    batches.set(second, batch);
    return batch;
  };
  for (const movement of session.movements) batchOf(movement[0]).movements.push(movement);
  // A click is sent when it is released.
  for (const click of session.clicks) batchOf(click[0] + click[4]).clicks.push(click);
  let state = newWindowState();
  const windows: BehaviourWindow[] = [];
  for (const [second, { movements, clicks }] of [...batches].sort(([a], [b]) => a - b)) {
    const from = second * 1000;
    const step = advance(state, {
      started_at: startedAt + from,
      keystrokes: [],
      mouseMovements: movements
        .map(([ms, x, y]): [number, number, number] => [ms - from, x, y])
        .sort((a, b) => a[0] - b[0]),
      clicks: clicks
        .map(([ms, ...rest]): MouseSession['clicks'][number] => [ms - from, ...rest])
        .sort((a, b) => a[0] - b[0]),
    });
    state = step.state;
    windows.push(...step.windows);
  }
  return windows;
}
