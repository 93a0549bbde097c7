// A log to read from: a directory, or the address where one is served.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogFiles } from '@verity/domain/audit/log';
import { addressOf, fetchBytes } from './fetch-bytes';

/** A full bundle of the longest entries. */
const LARGEST_FILE = 256 * (2 + 0xffff);

/** Throws `Error` for an address that is none. */
export function logAt(place: string): Pick<LogFiles, 'read'> {
  if (!/^[a-z]+:\/\//i.test(place)) return { read: (path) => readIfThere(join(place, path)) };
  const base = addressOf(place.endsWith('/') ? place : `${place}/`, 'A log');
  return { read: (path) => fetchBytes(new URL(path, base), LARGEST_FILE) };
}

/** Null when there is no such file. */
export async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
