// Moves the chain of hashes of earlier versions into the log: its records in their order, then what was found of the chain.
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import type { AuditRecordId } from '@verity/protocol/ids';
import type { Clock } from '../kernel/ports';
import { verifyChain, type ChainedAuditRecord, type ChainVerdict, type Sha256 } from './chain';
import type { AuditIndex } from './ports';

const AT_ONCE = 1_000;

export interface MigrationPorts {
  former: {
    isEmpty(): Promise<boolean>;
    walk(): AsyncIterable<ChainedAuditRecord>;
    remove(): Promise<void>;
  };
  /** Puts records into the log; those that are there already keep their place. */
  record: (records: readonly AuditRecord[]) => Promise<void>;
  index: Pick<AuditIndex, 'list'>;
  sha256: Sha256;
  clock: Clock;
  newId: () => AuditRecordId;
}

/** What the chain was found to be, once its records are in the log and it is gone; null when there was none. */
export async function migrateChain(ports: MigrationPorts): Promise<ChainVerdict | null> {
  const { former, record, index, clock, newId } = ports;
  if (await former.isEmpty()) return null;
  // A broken chain is moved too: what is left of it is evidence, and the verdict is on record.
  const verdict = await verifyChain(former.walk(), ports.sha256);
  let records: AuditRecord[] = [];
  for await (const link of former.walk()) {
    records.push(link.record);
    if (records.length < AT_ONCE) continue;
    await record(records);
    records = [];
  }
  if (records.length > 0) await record(records);
  // An attempt that was cut off after it has said so.
  const said = await index.list({ action: 'log.migrated' }, { limit: 1 });
  if (said.items.length === 0) {
    await record([
      {
        id: newId(),
        at: clock().toISOString(),
        actor: 'system:audit',
        action: 'log.migrated',
        subject: 'log:audit',
        outcome: verdict.intact ? 'success' : 'failure',
        address: null,
        details: { ...verdict },
      },
    ]);
  }
  await former.remove();
  return verdict;
}
