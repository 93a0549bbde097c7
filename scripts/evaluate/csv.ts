// Reads comma-separated files strictly: what does not fit is named by line, never guessed.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** An input that is missing or does not fit; the command ends with status 2 and this message. */
export class Misfit extends Error {
  override readonly name = 'Misfit';
}

export const misfit = (message: string, cause?: unknown): Misfit => new Misfit(message, { cause });

/** The text of a file, unpacked where it is gzipped, whatever its name says. */
export function readText(path: string): string {
  const raw = readFileSync(path);
  if (raw[0] !== 0x1f || raw[1] !== 0x8b) return raw.toString('utf8');
  try {
    return gunzipSync(raw).toString('utf8');
  } catch (cause) {
    throw misfit(`${path} is not a whole gzip file`, cause);
  }
}

export interface Csv {
  header: string[];
  rows: string[][];
}

/**
 * Cells hold no quotes or line breaks in the formats read here. Empty lines are allowed at the end only. Two columns may
 * bear one name only where the caller reads them by their place.
 */
export function parseCsv(
  text: string,
  what: string,
  { byPlace = false }: { byPlace?: boolean } = {},
): Csv {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  while (lines.length > 0 && lines.at(-1) === '') lines.pop();
  const header = (lines[0] ?? '').split(',').map((cell) => cell.trim());
  if (lines.length < 2) throw misfit(`${what} has no rows`);
  const doubled = header.find((name, i) => header.indexOf(name) !== i);
  if (doubled !== undefined && !byPlace) throw misfit(`${what} has two columns named "${doubled}"`);
  const rows: string[][] = [];
  for (let i = 1; i < lines.length; i++) {
    const cells = (lines[i] as string).split(',');
    if (cells.length !== header.length) {
      throw misfit(
        `${what}, line ${i + 1}: ${cells.length} cells where the header has ${header.length}`,
      );
    }
    rows.push(cells);
  }
  return { header, rows };
}
