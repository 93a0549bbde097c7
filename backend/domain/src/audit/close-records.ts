// Closing: records become entries of the log, under the keys of the people whom they are about.
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import { externalise, mayBeEvidence, type SealPorts } from './evidence';
import type { Sha256Hex } from './hex';
import { evidenceKeyOf, leafBytes, leafOf, personsOf, type HmacSha512 } from './leaf';
import type { EvidenceStore, IndexedRecord, PersonKeys } from './ports';

export interface ClosingNeeds extends SealPorts {
  readonly keys: Pick<PersonKeys, 'of'>;
  /** Where the blocks of what is too large for a record wait to be stored. */
  readonly evidence: Pick<EvidenceStore, 'keep'>;
  /** Bytes of details above which they become evidence. */
  readonly evidenceAbove: number;
  readonly sha256Hex: Sha256Hex;
  readonly hmac: HmacSha512;
  /** Resolves when all else that the process has to do has had its turn. */
  readonly turn: () => Promise<void>;
}

export type ClosedRecord = Pick<IndexedRecord, 'record' | 'persons'> & {
  /** Of the log. */
  readonly entry: Uint8Array;
};

/** Closed without a pause: about a millisecond. */
const AT_A_STRETCH = 50;

/** Records in their order; what becomes evidence is kept when it resolves. Throws `TypeError` for one without canonical JSON. */
export async function closeRecords(
  records: readonly AuditRecord[],
  needs: ClosingNeeds,
): Promise<ClosedRecord[]> {
  const persons = records.map(personsOf);
  const all = new Set(persons.flatMap(({ actor, subject }) => [actor, subject]));
  const keyOf = await needs.keys.of([...all]);
  const closed: ClosedRecord[] = [];
  for (const [at, given] of records.entries()) {
    if (at % AT_A_STRETCH === AT_A_STRETCH - 1) await needs.turn();
    const owners = persons[at] as (typeof persons)[number];
    const theirs = {
      actor: mustHave(keyOf, owners.actor),
      subject: mustHave(keyOf, owners.subject),
    };
    const record = mayBeEvidence(given, needs.evidenceAbove)
      ? await withoutEvidence(given, owners.subject, theirs.subject, needs)
      : given;
    closed.push({ record, persons: owners, entry: leafBytes(leafOf(record, theirs, needs)) });
  }
  return closed;
}

/** The record as it goes into the log, its large details kept aside: durable before the log names them. */
async function withoutEvidence(
  given: AuditRecord,
  person: string,
  key: Uint8Array,
  { evidence, evidenceAbove, hmac, ...ports }: ClosingNeeds,
): Promise<AuditRecord> {
  const evidenceKey = evidenceKeyOf(key, given.id, hmac);
  const { record, parts } = externalise(given, evidenceKey, ports, evidenceAbove);
  if (parts.length > 0) await evidence.keep(parts, { record: record.id, person });
  return record;
}

function mustHave(keys: ReadonlyMap<string, Uint8Array>, person: string): Uint8Array {
  const key = keys.get(person);
  if (!key) throw new Error('A person has no key.');
  return key;
}
