// Reads timings of a fixed text in the CMU layout: subject, sessionIndex, rep, then H.*, DD.* and UD.* in seconds.
import { phraseFeatures } from '@verity/domain/kernel/phrase-features';
import { misfit, parseCsv } from './csv';

export interface Subject {
  name: string;
  /** One row per repetition, in the order of session and repetition, in seconds. */
  rows: Float64Array[];
}

export interface FixedTextData {
  features: string[];
  subjects: Subject[];
}

const LEADING = ['subject', 'sessionIndex', 'rep'] as const;

/** A whole number cell. */
const whole = (cell: string, where: string): number => {
  if (!/^\d{1,9}$/.test(cell.trim())) throw misfit(`${where} is not a whole number`);
  return Number(cell);
};

/** Throws a misfit that names the line when anything is not as the layout says. */
export function readFixedText(text: string, what: string): FixedTextData {
  // A text that has a letter twice has its columns twice.
  const { header, rows } = parseCsv(text, what, { byPlace: true });
  LEADING.forEach((name, i) => {
    if (header[i] !== name) {
      throw misfit(`${what}: column ${i + 1} must be "${name}", not "${header[i] ?? ''}"`);
    }
  });
  const features = header.slice(LEADING.length);
  const foreign = features.find((name) => !/^(H|DD|UD)\../.test(name));
  if (foreign !== undefined)
    throw misfit(`${what}: column "${foreign}" is none of H.*, DD.*, UD.*`);
  if (features.length === 0) throw misfit(`${what} has no timings`);

  const people = new Map<string, { session: number; rep: number; row: Float64Array }[]>();
  rows.forEach((cells, i) => {
    const where = `${what}, line ${i + 2}`;
    const name = (cells[0] as string).trim();
    if (name === '') throw misfit(`${where}: the subject is empty`);
    const row = new Float64Array(features.length);
    for (let f = 0; f < features.length; f++) {
      const cell = (cells[f + LEADING.length] as string).trim();
      const seconds = cell === '' ? Number.NaN : Number(cell);
      if (!Number.isFinite(seconds)) throw misfit(`${where}: ${features[f]} is not a number`);
      if (Math.abs(seconds) > 3600) throw misfit(`${where}: ${features[f]} is not in seconds`);
      row[f] = seconds;
    }
    const list = people.get(name) ?? [];
    people.set(name, list);
    list.push({
      session: whole(cells[1] as string, `${where}: sessionIndex`),
      rep: whole(cells[2] as string, `${where}: rep`),
      row,
    });
  });
  const subjects = [...people].map(([name, list]) => ({
    name,
    rows: list.sort((a, b) => a.session - b.session || a.rep - b.rep).map(({ row }) => row),
  }));
  return { features, subjects };
}

/** The same repetitions as Verity's own features of a fixed text. The file must have H, DD and UD of every key. */
export function asPhrases({ features, subjects }: FixedTextData): Subject[] {
  const columns = (kind: string): number[] =>
    features.flatMap((name, at) => (name.startsWith(`${kind}.`) ? [at] : []));
  const [holds, steps, gaps] = [columns('H'), columns('DD'), columns('UD')];
  if (holds.length < 2 || steps.length !== holds.length - 1 || gaps.length !== steps.length) {
    throw misfit(
      `This detector needs a column H of each key, and DD and UD of each pair; here are ${holds.length}, ${steps.length} and ${gaps.length}`,
    );
  }
  const ms = (row: Float64Array, at: readonly number[]): number[] =>
    at.map((column) => (row[column] as number) * 1000);
  return subjects.map(({ name, rows }) => ({
    name,
    rows: rows.map((row) => phraseFeatures(ms(row, holds), ms(row, steps))),
  }));
}
