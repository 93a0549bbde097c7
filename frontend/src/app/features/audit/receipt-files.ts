// Reads receipts out of what is dropped, chosen or pasted: a file with one of them, or JSON lines with many.
export interface GivenReceipt {
  /** `receipt.json`, or `receipts.jsonl, line 3`. */
  name: string;
  /** Exactly as it was given: every byte of a receipt counts. */
  text: string;
}

/** At most so many at once; the rest belongs to the program for the command line. */
export const MOST_RECEIPTS = 2_000;

/** Characters that the server takes of one receipt. */
export const LONGEST_RECEIPT = 1_000_000;

export function receiptsIn(name: string, text: string): GivenReceipt[] {
  const lines = text.split('\n');
  // The end of a receipt, and of the last of many, is a line break.
  if (lines.at(-1) === '') lines.pop();
  // A line that was cut must not make one receipt of all of them.
  const many =
    /\.(jsonl|ndjson)$/i.test(name) ||
    (lines.length > 1 && lines.every((line) => line === '' || isWhole(line)));
  if (!many) return text.trim() === '' ? [] : [{ name, text }];
  return lines.flatMap((line, at) =>
    line === '' ? [] : [{ name: `${name}, line ${at + 1}`, text: `${line}\n` }],
  );
}

/** A line of a receipt that is written over several lines begins otherwise, or ends otherwise. */
const isWhole = (line: string): boolean => line.startsWith('{') && /\}\s*$/.test(line);
