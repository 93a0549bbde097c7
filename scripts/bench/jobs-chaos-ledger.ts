// The independent ledger of the chaos bench: what was confirmed goes to a file, and is compared with the stores at the end.
import { fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Db } from 'mongodb';
import { accountOfTicks, type Account } from './jobs-chaos-tasks';

/** Folder of what workers and schedulers note, a file each. */
export const NOTES = 'notes';
const CONFIRMED = 'confirmed';

export interface Confirmed {
  id: string;
  account: string;
  amount: number;
}

export interface Ledger {
  /** On disk when it returns. */
  confirm(payments: readonly Confirmed[]): void;
  readonly size: number;
}

export function openLedger(dataDir: string): Ledger {
  mkdirSync(join(dataDir, NOTES), { mode: 0o700 });
  const file = openSync(join(dataDir, CONFIRMED), 'a', 0o600);
  let size = 0;
  return {
    confirm(payments) {
      writeSync(file, payments.map((one) => `${JSON.stringify(one)}\n`).join(''));
      fsyncSync(file);
      size += payments.length;
    },
    get size() {
      return size;
    },
  };
}

/** A job as history has it. */
interface Recorded {
  _id: string;
  task: string;
  state: string;
  scheduled_for: Date | null;
}

/** All that is known at the end. */
export interface Findings {
  confirmed: readonly Confirmed[];
  accounts: readonly Account[];
  recorded: readonly Recorded[];
  /** Lines of workers and schedulers: `began ID ATTEMPT`, `ended ID ATTEMPT`, `ticked ID TASK INSTANT`. */
  notes: readonly string[];
}

const linesOf = (...path: string[]): string[] =>
  readFileSync(join(...path), 'utf8')
    .split('\n')
    .filter(Boolean);
const notesOf = (dataDir: string): string[] =>
  readdirSync(join(dataDir, NOTES)).flatMap((file) => linesOf(dataDir, NOTES, file));

/** Ticks that the schedulers have enqueued, each once. */
export const countTicks = (dataDir: string): number =>
  new Set(notesOf(dataDir).filter((note) => note.startsWith('ticked'))).size;

export async function readFindings(dataDir: string, db: Db): Promise<Findings> {
  return {
    confirmed: linesOf(dataDir, CONFIRMED).map((line) => JSON.parse(line) as Confirmed),
    accounts: await db.collection<Account>('accounts').find().toArray(),
    recorded: await db
      .collection<Recorded>('jobs')
      .find({}, { projection: { task: 1, state: 1, scheduled_for: 1 } })
      .toArray(),
    notes: notesOf(dataDir),
  };
}

export interface Verdict {
  /** Jobs, and ticks that a scheduler enqueued, without their effect, or not in history as succeeded. */
  lost: number;
  /** Effects beyond the first of a job, and instants of a schedule with more than one job. */
  doubled: number;
  /** Accounts whose sum is not that of the jobs confirmed for them. */
  wrongSums: number;
  /** Ticks that were enqueued, each for another instant of its schedule. */
  ticks: number;
  /** Handlers that began, and were ended in the middle by a death of their process or by a failure. */
  cutShort: number;
  /** Handlers that came to their end for a job that had come to its end before: they counted once. */
  ranAgain: number;
  /** The first of what is wrong, in words. */
  problems: string[];
}

/** Compares what was promised with what is there. */
export function judge({ confirmed, accounts, recorded, notes }: Findings): Verdict {
  const problems: string[] = [];
  const effects = new Map<string, number>();
  for (const id of accounts.flatMap(({ applied }) => applied)) {
    effects.set(id, (effects.get(id) ?? 0) + 1);
  }
  const history = new Map(recorded.map((job) => [job._id, job]));
  const told = { began: 0, ended: new Map<string, number>(), ticked: new Map<string, string>() };
  for (const note of notes) {
    const [what, id = '', task, instant] = note.split(' ');
    if (what === 'began') told.began++;
    else if (what === 'ended') told.ended.set(id, (told.ended.get(id) ?? 0) + 1);
    else told.ticked.set(id, `${task} ${instant}`);
  }

  let lost = 0;
  for (const id of new Set([...confirmed.map((one) => one.id), ...told.ticked.keys()])) {
    const state = history.get(id)?.state ?? 'absent';
    if (effects.has(id) && state === 'succeeded') continue;
    lost++;
    problems.push(
      `${id} is ${state} in history, ${effects.has(id) ? 'with' : 'without'} its effect`,
    );
  }

  let doubled = 0;
  for (const [id, count] of effects) {
    if (count === 1) continue;
    doubled += count - 1;
    problems.push(`${id} has its effect ${count} times`);
  }
  const instants = new Map<string, string>();
  for (const { _id, task, scheduled_for } of recorded) {
    if (!scheduled_for) continue;
    const instant = `${task} ${scheduled_for.toISOString()}`;
    const other = instants.get(instant);
    instants.set(instant, _id);
    if (other === undefined) continue;
    doubled++;
    problems.push(`${instant} has two jobs, ${other} and ${_id}`);
  }

  const sums = new Map(accounts.map(({ _id }) => [_id, 0]));
  for (const { account, amount } of new Map(confirmed.map((one) => [one.id, one])).values()) {
    sums.set(account, (sums.get(account) ?? 0) + amount);
  }
  for (const { _id, task } of recorded) {
    if (!history.get(_id)?.scheduled_for) continue;
    sums.set(accountOfTicks(task), (sums.get(accountOfTicks(task)) ?? 0) + 1);
  }
  const wrong = accounts.filter(({ _id, sum }) => sums.get(_id) !== sum);
  problems.push(...wrong.map(({ _id, sum }) => `${_id} has ${sum} instead of ${sums.get(_id)}`));

  const completed = [...told.ended.values()].reduce((total, count) => total + count, 0);
  return {
    lost,
    doubled,
    wrongSums: wrong.length,
    ticks: instants.size,
    cutShort: told.began - completed,
    ranAgain: completed - told.ended.size,
    problems: problems.slice(0, 20),
  };
}
