// The sequencer: gives each record one place in the log, in order, whatever was told twice and wherever it was cut off.
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import { Fault } from '@verity/protocol/faults';
import { closeRecords, type ClosedRecord, type ClosingNeeds } from './close-records';
import { toHex } from './hex';
import { parseLeaf } from './leaf';
import type { Appended } from './log';
import { leafHash } from './merkle';
import type { AuditIndex, EvidenceStore, PersonKeys } from './ports';

/** The log, open for writing by this process alone. */
export interface WritableLog {
  readonly size: number;
  append(entries: readonly Uint8Array[]): Promise<Appended>;
  entries(begin: number, end?: number): AsyncIterable<Uint8Array>;
}

export interface SequencerNeeds extends ClosingNeeds {
  readonly index: Pick<AuditIndex, 'known' | 'add' | 'erase'>;
  readonly keys: Pick<PersonKeys, 'of' | 'destroy'>;
  readonly evidence: Pick<EvidenceStore, 'keep' | 'flag'>;
}

/** Places of the log that the index does not have yet, by the id of their record. */
export type Unindexed = Map<string, number>;

/**
 * What a crash between log and index left: the records come again, since nobody was told that they were kept. Throws
 * `internal` when the index knows more than the log has: nothing may take the places of entries that were lost.
 */
export async function findUnindexed(
  log: Pick<WritableLog, 'size' | 'entries'>,
  index: Pick<AuditIndex, 'missing' | 'end'>,
): Promise<Unindexed> {
  const unindexed: Unindexed = new Map();
  const end = await index.end();
  if (end > log.size) {
    throw new Fault(
      'internal',
      `The audit log has ${log.size} entries, and its index knows ${end}: it was cut, or is an older copy.`,
      { fix: 'Put the directory of the log back as it was; records wait until then.' },
    );
  }
  const missing = await index.missing(log.size);
  for (let at = 0; at < missing.length;) {
    const begin = missing[at] as number;
    let end = begin;
    while (missing[at] === end) [at, end] = [at + 1, end + 1];
    let place = begin;
    for await (const entry of log.entries(begin, end)) {
      const leaf = parseLeaf(entry);
      if (leaf) unindexed.set(leaf.id, place);
      place += 1;
    }
  }
  return unindexed;
}

/**
 * Records in their order; resolves when all are on disk in the log and in the index. A record that has a place keeps
 * it. An erasure is carried out in its turn: what came before it is closed with the key that it destroys. Throws
 * `TypeError` for a record that has no canonical JSON; some before it may have their places then, and keep them.
 */
export async function sequence(
  records: readonly AuditRecord[],
  log: WritableLog,
  unindexed: Unindexed,
  needs: SequencerNeeds,
): Promise<void> {
  const known = await needs.index.known(records.map(({ id }) => id));
  const seen = new Set<string>();
  const waiting: AuditRecord[] = [];
  for (const record of records) {
    if (!known.has(record.id) && !seen.has(record.id)) waiting.push(record);
    seen.add(record.id);
    const erased = erasedBy(record);
    if (erased === null) continue;
    await place(waiting.splice(0), log, unindexed, needs);
    await needs.evidence.flag(erased);
    await needs.keys.destroy(erased);
    await needs.index.erase(erased);
  }
  await place(waiting, log, unindexed, needs);
}

/** The person whom a record erases. */
export function erasedBy({ action, subject }: AuditRecord): string | null {
  return action === 'person.erased' && subject.startsWith('user:') ? subject.slice(5) : null;
}

/** Records that are appended together. The next are closed while these are on their way to the log, then to the index. */
const AT_ONCE = 1_000;

async function place(
  records: readonly AuditRecord[],
  log: WritableLog,
  unindexed: Unindexed,
  needs: SequencerNeeds,
): Promise<void> {
  const steps: Promise<void>[] = [];
  try {
    for (let from = 0; from < records.length; from += AT_ONCE) {
      const closed = await closeRecords(records.slice(from, from + AT_ONCE), needs);
      const step = enter(closed, log, unindexed, needs, steps.at(-1));
      // How it went is heard of at the end, when nothing is being written any more.
      void Promise.allSettled([step]);
      steps.push(step);
    }
  } finally {
    await Promise.allSettled(steps);
  }
  await Promise.all(steps);
}

/** Closed records into the log, and, behind those of `earlier`, into the index. */
async function enter(
  closed: readonly ClosedRecord[],
  log: WritableLog,
  unindexed: Unindexed,
  { index, sha256 }: Pick<SequencerNeeds, 'index' | 'sha256'>,
  earlier: Promise<void> | undefined,
): Promise<void> {
  const fresh = closed.filter(({ record }) => !unindexed.has(record.id));
  const { first, leaves } = await log.append(fresh.map(({ entry }) => entry));
  fresh.forEach(({ record }, offset) => unindexed.set(record.id, first + offset));
  await earlier;
  const entries = closed.map(({ record, persons, entry }) => {
    const place = unindexed.get(record.id) as number;
    const leaf = leaves[place - first] ?? leafHash(entry, sha256);
    return { index: place, leafHash: toHex(leaf), record, persons };
  });
  await index.add(entries.sort((one, other) => one.index - other.index));
  for (const { record } of entries) unindexed.delete(record.id);
}
