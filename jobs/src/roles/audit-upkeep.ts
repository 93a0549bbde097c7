// What the upkeep of the audit log asks of the real world: its evidence, its archives, and the walk that verifies it.
import type { Config } from '@verity/adapters/config';
import { openSealedEvidence, sealEvidence } from '@verity/adapters/crypto/evidence-cipher';
import { ipfsBlocks } from '@verity/adapters/ipfs/blocks';
import { logFiles } from '@verity/adapters/log-files';
import { archiveRecords } from '@verity/domain/audit/archive';
import { evidenceBlock } from '@verity/domain/audit/store-evidence';
import { verifyIntegrity } from '@verity/domain/audit/verify-integrity';
import type { Audit } from '@verity/server/roles/audit';
import type { Ground } from '@verity/server/roles/ground';
import type { AuditUpkeep } from '../tools';

export interface AuditUpkeepGround extends Pick<Ground, 'auditArchive'> {
  readonly config: Pick<Config, 'IPFS_URL' | 'AUDIT_ARCHIVE_DAYS'>;
  readonly stores: Pick<
    Ground['stores'],
    'auditAnchors' | 'auditEntries' | 'auditEvidence' | 'auditVerifications'
  >;
}

/** The log is opened when it is first asked for; `rootOnChain` is left out where no chain is asked. */
export function auditUpkeepOver(
  { config, stores, auditArchive }: AuditUpkeepGround,
  open: () => Promise<Audit>,
  rootOnChain?: (size: number) => Promise<string | null>,
): AuditUpkeep {
  const blocks = config.IPFS_URL ? ipfsBlocks(config.IPFS_URL) : null;
  let opened: Promise<Audit> | undefined;
  const audit = (): Promise<Audit> => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    evidence: { store: stores.auditEvidence, blocks },
    verifications: stores.auditVerifications,
    async verify(options) {
      const { directory, identity, personKeys, sha256, hmac } = await audit();
      const { key, verify } = identity;
      return verifyIntegrity(
        {
          ...{ key, verify, sha256, hmac },
          files: logFiles(directory),
          index: stores.auditEntries,
          keys: personKeys,
          anchors: stores.auditAnchors,
          open: openSealedEvidence,
          block: evidenceBlock(stores.auditEvidence, blocks),
          ...(rootOnChain ? { rootOnChain } : {}),
        },
        options,
      );
    },
    archiveDays: config.AUDIT_ARCHIVE_DAYS,
    async archive(before, run) {
      const { personKeys: keys, sha256, hmac } = await audit();
      const ports = { ...{ keys, sha256, hmac }, archive: auditArchive, seal: sealEvidence };
      return archiveRecords(ports, before, run);
    },
  };
}
