// The audit log as the roles share it: its identity, its directory, the keys of people, and the one who writes it.
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import { hmacSha512, logIdentity, sha256, sha256Hex } from '@verity/adapters/crypto/audit-crypto';
import { sealEvidence } from '@verity/adapters/crypto/evidence-cipher';
import { createVault } from '@verity/adapters/crypto/vault';
import type { Config } from '@verity/adapters/config';
import { createLogWriter } from '@verity/adapters/log-writer';
import { MongoFormerChain } from '@verity/adapters/mongo/audit-chain';
import { MongoPersonKeys, openLogSeed } from '@verity/adapters/mongo/audit-keys';
import { HeldKeys } from '@verity/domain/audit/held-keys';
import { migrateChain } from '@verity/domain/audit/migrate';
import { findUnindexed, sequence } from '@verity/domain/audit/sequence';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import type { AuditRecordId } from '@verity/protocol/ids';
import type { Ground } from './ground';

export type Audit = Awaited<ReturnType<typeof openAudit>>;

/** Opens nothing but the keys: reading and writing begin when they are asked for. */
export async function openAudit({ config, mongo }: AuditFooting) {
  const vault = createVault(config.MASTER_KEY);
  const { host } = new URL(config.PUBLIC_URL ?? `http://localhost:${config.PORT}`);
  const { origin, seed } = await openLogSeed(mongo, vault, `${host}/log`);
  return {
    directory: join(config.DATA_DIR, 'log'),
    identity: logIdentity(origin, seed),
    personKeys: new MongoPersonKeys(mongo, vault),
    sha256,
    hmac: hmacSha512,
  };
}

export interface AuditFooting {
  config: Pick<Config, 'MASTER_KEY' | 'PUBLIC_URL' | 'PORT' | 'DATA_DIR'>;
  mongo: Connection;
}

export interface SequencerFooting extends Pick<Ground, 'mongo' | 'clock' | 'newId'> {
  stores: Pick<Ground['stores'], 'auditEntries' | 'auditEvidence'>;
  config: Pick<Config, 'EVIDENCE_ABOVE_BYTES'>;
  log: { warn(facts: object, sentence: string): void };
}

/** Records into the log; the first time, what was chained before there was one. */
export function openSequencer(footing: SequencerFooting, audit: Audit) {
  const { stores, clock, newId, log } = footing;
  const { identity, directory, personKeys, hmac } = audit;
  const needs = {
    ...{ sha256, sha256Hex, hmac, seal: sealEvidence, turn: () => setImmediate() },
    index: stores.auditEntries,
    evidence: stores.auditEvidence,
    evidenceAbove: footing.config.EVIDENCE_ABOVE_BYTES,
  };
  const writer = createLogWriter(directory, { ...identity, sha256 }, async (opened) => ({
    unindexed: await findUnindexed(opened, stores.auditEntries),
    keys: new HeldKeys(personKeys),
  }));
  const record = (records: readonly AuditRecord[]): Promise<void> =>
    writer.use((opened, { unindexed, keys }) =>
      sequence(records, opened, unindexed, { ...needs, keys }),
    );
  const migrate = async (): Promise<void> => {
    const verdict = await migrateChain({
      former: new MongoFormerChain(footing.mongo),
      record,
      index: stores.auditEntries,
      sha256,
      clock,
      newId: () => newId<AuditRecordId>(),
    });
    if (verdict) log.warn({ verdict }, 'the former chain of audit records was moved into the log');
  };
  let migrated: Promise<void> | undefined;
  return {
    async record(records: readonly AuditRecord[]): Promise<void> {
      migrated ??= migrate();
      try {
        await migrated;
      } catch (error) {
        migrated = undefined;
        throw error;
      }
      await record(records);
    },
    close: (): Promise<void> => writer.close(),
  };
}
