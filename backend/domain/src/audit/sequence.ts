// The sequencer: gives each record one place in the log, in order, whatever was told twice and wherever it was cut off.
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import { Fault } from '@verity/protocol/faults';
import { externalise, type SealPorts } from './evidence';
import { toHex } from './hex';
import { evidenceKeyOf, leafBytes, leafOf, parseLeaf, personsOf, type HmacSha512 } from './leaf';
import { leafHash } from './merkle';
import type { AuditIndex, EvidenceStore, IndexedRecord, PersonKeys } from './ports';

/** The log, open for writing by this process alone. */
export interface WritableLog {
  readonly size: number;
  append(entries: readonly Uint8Array[]): Promise<number>;
  entries(begin: number, end?: number): AsyncIterable<Uint8Array>;
}

export interface SequencerNeeds extends SealPorts {
  readonly index: Pick<AuditIndex, 'known' | 'add' | 'erase'>;
  readonly keys: Pick<PersonKeys, 'of' | 'destroy'>;
  /** Where the blocks of what is too large for a record wait to be stored. */
  readonly evidence: Pick<EvidenceStore, 'keep' | 'flag'>;
  /** Bytes of details above which they become evidence. */
  readonly evidenceAbove: number;
  readonly hmac: HmacSha512;
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
 * `TypeError` for a record that has no canonical JSON, before anything is appended.
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

async function place(
  records: readonly AuditRecord[],
  log: WritableLog,
  unindexed: Unindexed,
  needs: SequencerNeeds,
): Promise<void> {
  const { index, keys, evidence, sha256, hmac } = needs;
  if (records.length === 0) return;
  const persons = records.map(personsOf);
  const all = [...new Set(persons.flatMap(({ actor, subject }) => [actor, subject]))];
  const keyOf = await keys.of(all);
  const closed: Omit<IndexedRecord & { entry: Uint8Array }, 'index'>[] = [];
  for (const [at, given] of records.entries()) {
    const owners = persons[at] as (typeof persons)[number];
    const theirs = {
      actor: mustHave(keyOf, owners.actor),
      subject: mustHave(keyOf, owners.subject),
    };
    const evidenceKey = evidenceKeyOf(theirs.subject, given.id, hmac);
    const { record, parts } = externalise(given, evidenceKey, needs, needs.evidenceAbove);
    // Durable before the log names them.
    if (parts.length > 0) await evidence.keep(parts, { record: record.id, person: owners.subject });
    const entry = leafBytes(leafOf(record, theirs, { sha256, hmac }));
    const hash = toHex(leafHash(entry, sha256));
    closed.push({ record, persons: owners, entry, leafHash: hash });
  }
  const fresh = closed.filter(({ record }) => !unindexed.has(record.id));
  const first = await log.append(fresh.map(({ entry }) => entry));
  fresh.forEach(({ record }, offset) => unindexed.set(record.id, first + offset));
  const entries = closed.map(({ entry: _, ...rest }) => ({
    ...rest,
    index: unindexed.get(rest.record.id) as number,
  }));
  await index.add(entries.sort((one, other) => one.index - other.index));
  for (const { record } of entries) unindexed.delete(record.id);
}

function mustHave(keys: ReadonlyMap<string, Uint8Array>, person: string): Uint8Array {
  const key = keys.get(person);
  if (!key) throw new Error('A person has no key.');
  return key;
}
