// For specs of tasks on the audit log: a real log on a disk, its index in a scratch MongoDB, evidence on a real node.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSealedEvidence } from '@verity/adapters/crypto/evidence-cipher';
import { MongoAuditArchive } from '@verity/adapters/mongo/audit-archive';
import { mongoRepositories } from '@verity/adapters/mongo/repositories';
import { scratchDatabase } from '@verity/adapters/mongo/scratch';
import { newId, systemClock } from '@verity/adapters/world';
import { withArchive } from '@verity/domain/audit/archive';
import type { Journal } from '@verity/domain/audit/ports';
import { AuditRecord } from '@verity/protocol/audit/schemas';
import type { AuditRecordId, JobId } from '@verity/protocol/ids';
import { openAudit, openSequencer } from '@verity/server/roles/audit';
import type { Run } from './define-task';
import { auditUpkeepOver } from './roles/audit-upkeep';
import type { Tools } from './tools';

export type AuditWorld = Awaited<ReturnType<typeof openAuditWorld>>;

export async function openAuditWorld() {
  const database = await scratchDatabase();
  const directory = mkdtempSync(join(tmpdir(), 'verity-audit-'));
  const config = {
    MASTER_KEY: 'ab'.repeat(32),
    PUBLIC_URL: 'https://verity.example',
    PORT: 5000,
    DATA_DIR: directory,
    EVIDENCE_ABOVE_BYTES: 4_096,
    IPFS_URL: process.env.IPFS_URL,
    AUDIT_ARCHIVE_DAYS: 365,
  };
  const bare = mongoRepositories(database.connection, { clock: systemClock });
  const footing = {
    mongo: database.connection,
    clock: systemClock,
    newId,
    stores: bare,
    log: { warn: () => undefined },
    config,
  };
  const audit = await openAudit(footing);
  const auditArchive = new MongoAuditArchive(database.connection, join(directory, 'archive'));
  const { personKeys: keys, hmac } = audit;
  const restoring = { archive: auditArchive, keys, hmac, open: openSealedEvidence };
  const stores = { ...bare, auditEntries: withArchive(bare.auditEntries, restoring) };
  const sequencer = openSequencer(footing, audit);
  const journal: Journal = {
    record: ({ at, id, ...entry }) =>
      sequencer.record([
        {
          ...entry,
          id: (id ?? newId()) as AuditRecordId,
          at: (at ?? systemClock()).toISOString(),
        },
      ]),
  };
  const told: string[] = [];
  const enqueued: string[] = [];
  const tools = {
    clock: systemClock,
    newId,
    journal,
    sha256: audit.sha256,
    audit: auditUpkeepOver({ config, stores, auditArchive }, () => Promise.resolve(audit)),
    report: { tellAdmins: (_: string, body: string) => void told.push(body) },
    enqueue: (task: string) => void enqueued.push(task),
  } as unknown as Tools;
  return {
    directory,
    connection: database.connection,
    stores,
    record: (records: readonly AuditRecord[]) => sequencer.record(records),
    tools,
    /** Bodies of what admins were told. */
    told,
    enqueued,
    async close() {
      await sequencer.close();
      await database.drop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function aRun(changes: Partial<Run> = {}): Run {
  return {
    id: newId<JobId>(),
    attempt: 1,
    at: new Date(),
    by: 'user:operator',
    signal: new AbortController().signal,
    progress: () => undefined,
    ...changes,
  };
}

export const anAuditRecord = (changes: Partial<Record<keyof AuditRecord, unknown>> = {}) =>
  AuditRecord.parse({
    id: newId<string>(),
    at: new Date().toISOString(),
    actor: 'user:ada',
    action: 'auth.login',
    subject: `session:${newId<string>()}`,
    outcome: 'success',
    address: '192.0.2.9',
    details: { device: 'a laptop' },
    ...changes,
  });
