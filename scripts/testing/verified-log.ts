// The audit log of a world, walked with its index and its anchors.
import { openSealedEvidence } from '@verity/adapters/crypto/evidence-cipher';
import { logFiles } from '@verity/adapters/log-files';
import type { Integrity, IntegrityOptions } from '@verity/domain/audit/verify-integrity';
import { verifyIntegrity } from '@verity/domain/audit/verify-integrity';
import { openAudit } from '../../backend/server/src/roles/audit';
import type { World } from './socket-world';

export async function verifiedLog(
  { auditFooting, stores }: Pick<World, 'auditFooting' | 'stores'>,
  options: Partial<IntegrityOptions> = {},
): Promise<Integrity> {
  const audit = await openAudit(auditFooting);
  return verifyIntegrity(
    {
      ...audit.identity,
      sha256: audit.sha256,
      hmac: audit.hmac,
      files: logFiles(audit.directory),
      index: stores.auditEntries,
      anchors: stores.auditAnchors,
      keys: audit.personKeys,
      open: openSealedEvidence,
      block: stores.auditEvidence.copy,
    },
    { evidence: 'all', ...options },
  );
}
