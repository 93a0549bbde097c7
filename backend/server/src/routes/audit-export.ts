// Audit records as files: receipts for whoever checks them without this server, CSV for spreadsheets; in pieces, however many.
import type { AuditFilter, AuditIndex, FoundEntry } from '@verity/domain/audit/ports';
import type { Disclosable, RecordProofs } from '@verity/domain/audit/prove-record';
import { writeReceipt } from '@verity/domain/audit/receipt';
import { csv, type CsvRow } from './csv';

/** Lines that are sent together. */
const AT_ONCE = 50;
/** Receipts that are made side by side: each waits for its anchor, its keys and its tiles. */
const MADE_AT_ONCE = 16;

/** One receipt in each line, in the order of the log. */
export async function* receiptLines(
  index: Pick<AuditIndex, 'walk'>,
  proofs: Pick<RecordProofs, 'receiptOf'>,
  filter: AuditFilter,
  disclose: readonly Disclosable[],
): AsyncGenerator<string, void, undefined> {
  const lines = async (entries: readonly FoundEntry[]): Promise<string> => {
    const receipts = entries.map((entry) => proofs.receiptOf(entry, disclose));
    return (await Promise.all(receipts)).map(writeReceipt).join('');
  };
  let held: FoundEntry[] = [];
  for await (const entry of index.walk(filter)) {
    held.push(entry);
    if (held.length < MADE_AT_ONCE) continue;
    yield await lines(held);
    held = [];
  }
  yield await lines(held);
}

const HEADER: CsvRow = [
  'index',
  'leaf_hash',
  'id',
  'at',
  'actor',
  'action',
  'subject',
  'outcome',
  'address',
  'details',
  'erased',
];

export async function* auditTable(
  index: Pick<AuditIndex, 'walk'>,
  filter: AuditFilter,
): AsyncGenerator<string, void, undefined> {
  yield csv([HEADER]);
  let rows: CsvRow[] = [];
  for await (const { index: place, leaf_hash, record, erased } of index.walk(filter)) {
    const details = record.details === null ? null : JSON.stringify(record.details);
    rows.push([
      ...[place, leaf_hash, record.id, record.at, record.actor, record.action],
      ...[record.subject, record.outcome, record.address, details, erased.join(' ')],
    ]);
    if (rows.length < AT_ONCE) continue;
    yield csv(rows);
    rows = [];
  }
  yield csv(rows);
}
