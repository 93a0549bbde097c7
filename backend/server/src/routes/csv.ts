// CSV (RFC 4180) that a spreadsheet reads as text: no cell is ever run as a formula.

/** What makes a spreadsheet take a cell for a formula, also behind leading white space. */
const FORMULA = /^\s*[=+\-@\t\r\n|]/;

const cell = (value: string | number | boolean | null): string => {
  if (typeof value === 'number') return String(value);
  const text = value === null ? '' : String(value);
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
};

export type CsvRow = readonly (string | number | boolean | null)[];

/** The rows, the first of them the header, each ended by CRLF. */
export const csv = (rows: readonly CsvRow[]): string =>
  rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
