// Wires the routes of the audit log.
import { openSealedEvidence } from '@verity/adapters/crypto/evidence-cipher';
import { ipfsBlocks } from '@verity/adapters/ipfs/blocks';
import { logFiles } from '@verity/adapters/log-files';
import { logReader } from '@verity/adapters/log-reader';
import { outspoken } from '@verity/adapters/outspoken-log';
import { checkReceipt } from '@verity/domain/audit/check-receipt';
import { openEvidence } from '@verity/domain/audit/evidence';
import { recordProofs } from '@verity/domain/audit/prove-record';
import { evidenceBlock } from '@verity/domain/audit/store-evidence';
import { writeVerifierKey } from '@verity/domain/audit/signed-note';
import { toHex } from '@verity/domain/audit/hex';
import { emptyRoot } from '@verity/domain/audit/merkle';
import { verifyIntegrity } from '@verity/domain/audit/verify-integrity';
import { canonicalJson } from '@verity/domain/kernel/canonical-json';
import { Fault } from '@verity/protocol/faults';
import { rpcAt } from '@verity/verify/json-rpc';
import { auditHandlers } from '../../routes/audit';
import type { Audit } from '../audit';
import type { HttpGround } from './http-ground';

export function auditRoutes(ground: HttpGround) {
  const { audit, stores } = ground;
  const { key, verify } = audit.identity;
  const tools = { sha256: audit.sha256, hmac: audit.hmac };
  const log = outspoken(logReader(audit.directory, { key, verify, sha256: audit.sha256 }));
  const shared = { index: stores.auditEntries, anchors: stores.auditAnchors, key, ...tools };
  const proofs = recordProofs({
    ...shared,
    keys: audit.personKeys,
    evidence: stores.auditEvidence,
    log,
  });
  const { IPFS_URL } = ground.config;
  const block = evidenceBlock(stores.auditEvidence, IPFS_URL ? ipfsBlocks(IPFS_URL) : null);
  const verifierKey = writeVerifierKey(key, audit.sha256);
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
          block,
        },
        { evidence: 'none' },
      ),
    async checkReceipt(text) {
      const confirmed = await stores.auditAnchors.newest('confirmed');
      const { CHAIN_URL } = ground.config;
      return checkReceipt(
        text,
        {
          rpcs: CHAIN_URL ? [rpcAt(CHAIN_URL)] : [],
          block,
          trusted: { key: verifierKey, contract: confirmed?.place?.contract },
        },
        { sha256: audit.sha256, verify, open: openSealedEvidence },
      );
    },
    async readEvidence(id) {
      const { evidence, key: evidenceKey } = await proofs.evidenceKey(id);
      const verdict = await openEvidence(evidence, id, evidenceKey, {
        sha256: audit.sha256,
        open: openSealedEvidence,
        block,
      });
      if (verdict.holds) return canonicalJson(verdict.details);
      throw new Fault('unavailable', `The evidence cannot be read: ${verdict.why}`, {
        fix: 'See whether the IPFS node of IPFS_URL has its blocks.',
      });
    },
    async jobEnd(id) {
      const [live, ended] = await Promise.all([ground.jobs.states.byId(id), stores.jobs.byId(id)]);
      const state = (ended ?? live)?.state;
      return state === 'cancelled' || state === 'failed' ? state : null;
    },
    enqueueVerification: async (id, payload, by) =>
      void (await ground.jobs.enqueuer.enqueue('verify_audit_integrity', payload, {
        origin: 'console',
        by,
        id,
      })),
    integrity: () => integrityOf(ground, audit, log),
  });
}

async function integrityOf(
  { stores, bus, config, health }: HttpGround,
  { identity: { key }, sha256 }: Audit,
  log: ReturnType<typeof logReader>,
) {
  const [{ dependencies }, checkpoint, confirmed, newest, evidence, last, streams] =
    await Promise.all([
      health(),
      log.checkpoint(),
      stores.auditAnchors.newest('confirmed'),
      stores.auditAnchors.newest(),
      stores.auditEvidence.counts(),
      stores.auditVerifications.lastVerdict(),
      bus.state(),
    ]);
  const partOf = (name: string) => dependencies.find((part) => part.name === name);
  const problemOf = (name: string, setting: string): string | null =>
    partOf(name) ? (partOf(name)?.problem ?? null) : `${setting} names none.`;
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
      ok: partOf('chain')?.ok ?? false,
      chain_id: confirmed?.place?.chain_id ?? null,
      contract: confirmed?.place?.contract ?? null,
      rpc_url: config.CHAIN_PUBLIC_URL ?? null,
      explorer: config.CHAIN_EXPLORER ?? null,
      error: newest?.last_error ?? problemOf('chain', 'CHAIN_URL'),
    },
    ipfs: {
      ok: partOf('ipfs')?.ok ?? false,
      stored: evidence.stored,
      waiting: evidence.waiting,
      error: problemOf('ipfs', 'IPFS_URL'),
    },
    last_verification: last,
  };
}
