// Handlers of the audit routes: records, what proves them, and how the log stands.
import type { auditRoutes } from '@verity/protocol/audit/routes';
import type { LogIntegrity } from '@verity/protocol/audit/proof-schemas';
import type { AuditVerification } from '@verity/protocol/audit/schemas';
import type { RouteInput, RouteReply } from '@verity/protocol/route';
import { Fault } from '@verity/protocol/faults';
import type { AuditRecordId, JobId } from '@verity/protocol/ids';
import type {
  AuditAnchors,
  AuditFilter,
  AuditIndex,
  AuditVerifications,
  Journal,
} from '@verity/domain/audit/ports';
import type { Integrity } from '@verity/domain/audit/verify-integrity';
import type { RecordProofs } from '@verity/domain/audit/prove-record';
import type { Report } from '@verity/domain/audit/report';
import { writeReceipt } from '@verity/domain/audit/receipt';
import type { Users } from '@verity/domain/identity/ports';
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import { actorOf, type Handlers } from '../http/handler';
import { auditTable, receiptLines } from './audit-export';

export interface AuditRoutePorts {
  index: AuditIndex;
  anchors: AuditAnchors;
  verifications: AuditVerifications;
  proofs: RecordProofs;
  integrity(): Promise<LogIntegrity>;
  /** Walks all of it, but for evidence. */
  walk(): Promise<Integrity>;
  /** Checks a receipt, knowing the log and the contract of this installation. */
  checkReceipt: (text: string) => Promise<Report>;
  /** The evidence of a record, verified and decrypted: canonical JSON. */
  readEvidence: (id: string) => Promise<string>;
  /** Has a job walk the log. */
  enqueueVerification: (id: JobId, payload: Asked, by: string) => Promise<void>;
  /** How a job ended without an answer; null while it has not, and when it has given one. */
  jobEnd: (id: JobId) => Promise<'cancelled' | 'failed' | null>;
  clock: Clock;
  users: Pick<Users, 'byId'>;
  journal: Journal;
  newId: NewId;
}

export function auditHandlers(ports: AuditRoutePorts): Handlers<keyof typeof auditRoutes> {
  const { index, proofs, journal, clock } = ports;
  let walking: Promise<Walked> | undefined;

  const verify = async (): Promise<Walked> => {
    const began = performance.now();
    const { findings, found, to, root } = await ports.walk();
    return {
      intact: found === 0,
      records: to,
      root,
      broken_at: findings[0] ?? null,
      findings,
      milliseconds: performance.now() - began,
    };
  };

  /** A job that was cancelled before it began, or that died for good, could not say so itself. */
  const settled = async (verification: AuditVerification): Promise<AuditVerification> => {
    if (verification.state !== 'running') return verification;
    const state = await ports.jobEnd(verification.id);
    if (!state) return verification;
    const error = state === 'cancelled' ? 'It was cancelled.' : 'Its job failed.';
    const ended = { ...verification, state, ended_at: clock().toISOString(), error };
    await ports.verifications.end(ended);
    return ended;
  };

  const exported = (
    { caller, address }: { caller: Parameters<typeof actorOf>[0]; address: string },
    what: 'receipts' | 'csv',
    filter: object,
  ): Promise<void> =>
    journal.record({
      actor: actorOf(caller),
      action: 'audit.exported',
      subject: 'log:audit',
      outcome: 'success',
      address,
      details: { what, filter },
    });

  return {
    'GET /api/v1/audit'({ query: { cursor, limit, ...filter } }) {
      return index.list(filterOf(filter), { cursor, limit });
    },

    'GET /api/v1/audit/records/:id': ({ params: { id } }) => proofs.proofOf(id),

    async 'GET /api/v1/audit/records/:id/receipt'({ params: { id }, query: { disclose } }, call) {
      call.fileName(`verity-receipt-${id}.json`);
      return writeReceipt(await proofs.receiptOf(await proofs.find(id), disclose));
    },

    'GET /api/v1/audit/records/:id/evidence': ({ params: { id } }) => ports.readEvidence(id),

    async 'POST /api/v1/audit/receipts'({ body: { receipt } }) {
      const { links, cautions, ...report } = await ports.checkReceipt(receipt);
      return { ...report, links: [...links], cautions: [...cautions] };
    },

    /** A walk reads everything, so those who ask meanwhile share it. */
    async 'GET /api/v1/audit/verify'() {
      walking ??= verify().finally(() => (walking = undefined));
      return walking;
    },

    'GET /api/v1/audit/integrity': () => ports.integrity(),

    'GET /api/v1/audit/anchors': ({ query: { cursor, limit, state } }) =>
      ports.anchors.list(state ? { state } : {}, { cursor, limit }),

    async 'GET /api/v1/audit/verifications'({ query }) {
      const page = await ports.verifications.list(query);
      return { ...page, items: await Promise.all(page.items.map(settled)) };
    },

    async 'POST /api/v1/audit/verifications'({ body }, { caller }) {
      const { from = 0, to } = body;
      if (to !== undefined && to <= from) {
        throw new Fault('invalid-input', 'The end does not lie behind the beginning.', {
          fix: 'Leave `to` out to go to the end of the log.',
        });
      }
      const id = ports.newId<JobId>();
      const by = actorOf(caller);
      const verification: AuditVerification = {
        id,
        by,
        started_at: clock().toISOString(),
        ended_at: null,
        state: 'running',
        from,
        to: to ?? 0,
        done: 0,
        anchors: 0,
        evidence: 0,
        findings: [],
        found: 0,
        error: null,
      };
      // Before the job is told of: whoever asks for it finds it.
      await ports.verifications.begin(verification);
      await ports.enqueueVerification(id, body, by);
      return verification;
    },

    async 'GET /api/v1/audit/verifications/:id'({ params: { id } }) {
      const found = await ports.verifications.byId(id);
      if (!found) throw new Fault('not-found', 'There is no such verification.');
      return settled(found);
    },

    async 'GET /api/v1/audit/export/receipts'({ query: { disclose, ...filter } }, call) {
      await exported(call, 'receipts', { ...filter, disclose });
      call.fileName('verity-receipts.jsonl');
      return receiptLines(index, proofs, filterOf(filter), disclose);
    },

    async 'GET /api/v1/audit/export/csv'({ query: filter }, call) {
      await exported(call, 'csv', filter);
      call.fileName('verity-audit.csv');
      return auditTable(index, filterOf(filter));
    },

    async 'POST /api/v1/audit/erasures'({ body: { user_id, reason } }, { caller, address }) {
      if (!(await ports.users.byId(user_id))) {
        throw new Fault('not-found', 'There is no such person.', {
          fix: 'Take the id from the list of people.',
        });
      }
      const id = ports.newId<AuditRecordId>();
      // Carried out where records get their place: what came before it is still closed with the key.
      await journal.record({
        id,
        actor: actorOf(caller),
        action: 'person.erased',
        subject: `user:${user_id}`,
        outcome: 'success',
        address,
        details: { reason },
      });
      return { record_id: id };
    },
  };
}

type Asked = RouteInput<(typeof auditRoutes)['POST /api/v1/audit/verifications']>['body'];
type Walked = RouteReply<(typeof auditRoutes)['GET /api/v1/audit/verify']>;

interface AskedFilter extends Omit<AuditFilter, 'from' | 'to'> {
  from?: string | undefined;
  to?: string | undefined;
}

const filterOf = ({ from, to, ...rest }: AskedFilter): AuditFilter => ({
  ...rest,
  ...(from ? { from: new Date(from) } : {}),
  ...(to ? { to: new Date(to) } : {}),
});
