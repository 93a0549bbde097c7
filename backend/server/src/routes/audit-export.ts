// Audit records as files: receipts for whoever checks them without this server, CSV for spreadsheets; in pieces, however many.
import type { AuditFilter, AuditIndex } from '@verity/domain/audit/ports';
import type { Disclosable, RecordProofs } from '@verity/domain/audit/prove-record';
import { writeReceipt } from '@verity/domain/audit/receipt';
import { csv, type CsvRow } from './csv';

/** Lines that are sent together. */
const AT_ONCE = 50;

/** One receipt in each line, in the order of the log. */
export async function* receiptLines(
  index: Pick<AuditIndex, 'walk'>,
  proofs: Pick<RecordProofs, 'receiptOf'>,
  filter: AuditFilter,
  disclose: readonly Disclosable[],
): AsyncGenerator<string, void, undefined> {
  let lines: string[] = [];
  for await (const entry of index.walk(filter)) {
    lines.push(writeReceipt(await proofs.receiptOf(entry, disclose)));
    if (lines.length < AT_ONCE) continue;
    yield lines.join('');
    lines = [];
  }
  yield lines.join('');
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
