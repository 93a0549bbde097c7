// Wires the routes of the audit log.
import { openSealedEvidence } from '@verity/adapters/crypto/evidence-cipher';
import { logFiles } from '@verity/adapters/log-files';
import { logReader } from '@verity/adapters/log-reader';
import { recordProofs } from '@verity/domain/audit/prove-record';
import { writeVerifierKey } from '@verity/domain/audit/signed-note';
import { toHex } from '@verity/domain/audit/hex';
import { emptyRoot } from '@verity/domain/audit/merkle';
import { verifyIntegrity } from '@verity/domain/audit/verify-integrity';
import { auditHandlers } from '../../routes/audit';
import type { Audit } from '../audit';
import type { HttpGround } from './http-ground';

export function auditRoutes(ground: HttpGround) {
  const { audit, stores } = ground;
  const { key, verify } = audit.identity;
  const tools = { sha256: audit.sha256, hmac: audit.hmac };
  const log = logReader(audit.directory, { key, verify, sha256: audit.sha256 });
  const shared = { index: stores.auditEntries, anchors: stores.auditAnchors, key, ...tools };
  const proofs = recordProofs({
    ...shared,
    keys: audit.personKeys,
    evidence: stores.auditEvidence,
    log,
  });
  return auditHandlers({
    ...ground,
    ...shared,
    proofs,
    verifications: stores.auditVerifications,
    users: stores.users,
    walk: () =>
      verifyIntegrity(
        {
          ...shared,
          verify,
          files: logFiles(audit.directory),
          keys: audit.personKeys,
          open: openSealedEvidence,
          block: stores.auditEvidence.copy,
        },
        { evidence: 'none' },
      ),
    integrity: () => integrityOf(ground, audit, log),
  });
}

async function integrityOf(
  { stores, bus, config }: HttpGround,
  { identity: { key }, sha256 }: Audit,
  log: ReturnType<typeof logReader>,
) {
  const [checkpoint, confirmed, newest, evidence, last, streams] = await Promise.all([
    log.checkpoint(),
    stores.auditAnchors.newest('confirmed'),
    stores.auditAnchors.newest(),
    stores.auditEvidence.counts(),
    stores.auditVerifications.lastVerdict(),
    bus.state(),
  ]);
  const size = checkpoint?.size ?? 0;
  const anchored = confirmed?.size ?? 0;
  const waits = size > anchored ? await stores.auditEntries.at(anchored) : null;
  const unconfirmed = await stores.auditAnchors.list({ state: 'sent' }, { limit: 1 });
  const pending = await stores.auditAnchors.list({ state: 'pending' }, { limit: 1 });
  const forensics = streams
    .find(({ stream }) => stream === 'stream:forensics')
    ?.groups.find(({ group }) => group === 'group:record');
  return {
    log: {
      origin: key.name,
      key: writeVerifierKey(key, sha256),
      size,
      root: toHex(checkpoint?.root ?? emptyRoot(sha256)),
      checkpoint: checkpoint?.note ?? null,
    },
    gaps: size - (await stores.auditEntries.count(size)),
    waiting: forensics ? (forensics.lag ?? 0) + forensics.pending : null,
    anchors: {
      size: anchored,
      newest,
      pending: unconfirmed.total + pending.total,
      waiting_since: waits?.record.at ?? null,
    },
    chain: {
      ok: newest?.last_error === undefined || newest.last_error === null,
      chain_id: confirmed?.place?.chain_id ?? null,
      contract: confirmed?.place?.contract ?? null,
      rpc_url: config.CHAIN_PUBLIC_URL ?? null,
      explorer: config.CHAIN_EXPLORER ?? null,
      error: newest?.last_error ?? null,
    },
    ipfs: { ok: true, stored: evidence.stored, waiting: evidence.waiting, error: null },
    last_verification: last,
  };
}
