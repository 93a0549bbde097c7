// Verifications of the audit log, in MongoDB.
import type { Connection } from 'mongoose';
import type { AuditVerifications } from '@verity/domain/audit/ports';
import type { AuditVerification } from '@verity/protocol/audit/schemas';
import type { JobId } from '@verity/protocol/ids';
import { mapPage, pageOf, type PageRequest } from './paging';
import { declareCollection, fromStored, op, Store, toStored, type Stored } from './store';

type VerificationDocument = Stored<AuditVerification>;

export const auditVerifications = declareCollection(
  'audit_verifications',
  {
    _id: String,
    by: { type: String, required: true },
    started_at: { type: String, required: true },
    ended_at: String,
    state: { type: String, required: true },
    from: Number,
    to: Number,
    done: Number,
    anchors: Number,
    evidence: Number,
    findings: [Object],
    found: Number,
    error: String,
  },
  [[{ started_at: -1 }], [{ state: 1, started_at: -1 }]],
);

export class MongoAuditVerifications implements AuditVerifications {
  readonly #store: Store<VerificationDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, auditVerifications);
  }

  /** A second run of the job begins it anew. */
  async begin(verification: AuditVerification) {
    const { _id, ...rest } = toStored(verification);
    await this.#store.changeOrMake({ _id }, { $set: rest });
  }

  async progress(id: JobId, done: Pick<AuditVerification, 'done' | 'anchors' | 'evidence'>) {
    await this.#store.changed({ _id: id, state: 'running' }, { $set: done });
  }

  async end(verification: AuditVerification) {
    const { _id, ...rest } = toStored(verification);
    await this.#store.changeOrMake({ _id }, { $set: rest });
  }

  async list(request: PageRequest) {
    const newestFirst = { field: 'started_at', direction: -1 } as const;
    return mapPage(await pageOf(this.#store, {}, newestFirst, request), toVerification);
  }

  async byId(id: JobId) {
    const found = await this.#store.one({ _id: id });
    return found && toVerification(found);
  }

  async lastVerdict() {
    const ended = { state: op({ $in: ['intact', 'broken'] }) };
    const found = await this.#store.one(ended, { started_at: -1 });
    return found && toVerification(found);
  }
}

const toVerification = (document: VerificationDocument): AuditVerification =>
  fromStored<AuditVerification>(document);
