// The directory of a log on a disk: files appear whole and stay, and the checkpoint is replaced in one step.
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LogFiles } from '@verity/domain/audit/log';
import { CHECKPOINT_PATH } from '@verity/domain/audit/log';
import { tilePath, type LogFile, type TileAt } from '@verity/domain/audit/tiles';
import { Fault } from '@verity/protocol/faults';

/** Files that are worked on at once: as many as Node has threads for it. */
const AT_ONCE = 4;

/** Reads and writes; who writes holds the lock of the directory. */
export function logFiles(directory: string): LogFiles {
  const root = join(directory);
  const inside = (path: string): string => join(root, path);
  /** Folders whose names are on disk. */
  const named = new Set<string>([dirname(root)]);

  /** Makes folders; answers all whose names may not be on disk yet, whoever made them. */
  const makeFolders = async (paths: Iterable<string>): Promise<Set<string>> => {
    const unnamed = new Set<string>();
    for (const path of paths) {
      if (named.has(path)) continue;
      await mkdir(path, { recursive: true, mode: 0o755 });
      for (let at = path; !named.has(at); at = dirname(at)) unnamed.add(at);
    }
    return unnamed;
  };

  const put = async ({ path, bytes }: LogFile): Promise<void> => {
    const target = inside(path);
    const fresh = `${target}.new`;
    await writeDurably(fresh, bytes);
    await rename(fresh, target);
  };

  return {
    async read(path) {
      try {
        return await readFile(inside(path));
      } catch (error) {
        if (isCode(error, 'ENOENT', 'ENOTDIR')) return null;
        throw unreadable(path, error);
      }
    },

    write: (files) =>
      full(async () => {
        const folders = new Set(files.map(({ path }) => dirname(inside(path))));
        const unnamed = await makeFolders(folders);
        await severally(files, put);
        for (const path of unnamed) folders.add(dirname(path));
        await severally([...folders], sync);
        for (const path of unnamed) named.add(path);
      }),

    publish: (checkpoint, before) =>
      full(async () => {
        const target = inside(CHECKPOINT_PATH);
        await makeFolders([root]);
        const there = await readFile(target).catch((error: unknown) => {
          if (isCode(error, 'ENOENT')) return null;
          throw error;
        });
        const same = there === null ? before === null : before !== null && there.equals(before);
        if (!same) throw taken();
        const fresh = `${target}.new`;
        await writeDurably(fresh, checkpoint);
        await rename(fresh, target);
        await sync(root);
      }),

    async removePartials(tiles: readonly TileAt[]) {
      await severally(tiles, async (tile) => {
        const partials = `${inside(tilePath(tile))}.p`;
        await rm(partials, { recursive: true, force: true });
        named.delete(partials);
      });
    },
  };
}

/** Each, some at once; rejects when none is at work any more, so that whoever tries again is alone with the files. */
async function severally<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...all];
  const next = async (): Promise<void> => {
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) await act(one);
  };
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, next));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o644);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Makes the names in a folder durable. */
async function sync(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function full<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!isCode(error, 'ENOSPC', 'EDQUOT')) throw error;
    throw new Fault('unavailable', 'The disk of the audit log is full; nothing was lost.', {
      fix: 'Free space on the disk of the data directory: what waits is appended then.',
      retryAfterSeconds: 10,
      cause: error,
    });
  }
}

const taken = (): Fault =>
  new Fault('conflict', 'Another process has written to this log since it was opened.', {
    fix: 'Open it again, and append to what is there.',
  });

const isCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

const unreadable = (path: string, cause: unknown): Fault => {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new Fault('unavailable', `The file ${path} of the audit log cannot be read${code}.`, {
    fix: 'See that the user who runs Verity may read DATA_DIR/log, and that its disk is well.',
    cause,
  });
};
