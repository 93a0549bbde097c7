// Appeals and requests of people with their answers, in MongoDB.
import type { Connection } from 'mongoose';
import { Fault } from '@verity/protocol/faults';
import {
  PETITION_KINDS,
  PETITION_STATUSES,
  type Petition,
} from '@verity/protocol/alerts/petition-schemas';
import type { PetitionId, UserId } from '@verity/protocol/ids';
import type { PetitionFilter, Petitions } from '@verity/domain/alerts/petition-ports';
import { targetOf } from '@verity/domain/alerts/petitions';
import { mapPage, pageOf, type PageRequest } from './paging';
import { contains } from './search';
import { declareCollection, op, Store, type Filter } from './store';

interface PetitionDocument extends Omit<Petition, 'id' | 'created_at' | 'answered_at'> {
  _id: PetitionId;
  created_at: Date;
  answered_at: Date | null;
  target: string;
}

export const petitions = declareCollection(
  'petitions',
  {
    _id: String,
    kind: { type: String, enum: PETITION_KINDS, required: true },
    status: { type: String, enum: PETITION_STATUSES, required: true },
    user_id: { type: String, required: true },
    user_email: { type: String, required: true },
    user_name: { type: String, required: true },
    session_id: String,
    decision_id: String,
    alert_id: String,
    about: { type: String, required: true },
    text: { type: String, required: true },
    days: Number,
    evidence: Object,
    created_at: { type: Date, required: true },
    answered_at: Date,
    answered_by: String,
    answer: String,
    demo: { type: Boolean, required: true },
    target: { type: String, required: true },
  },
  [
    [{ target: 1 }, { unique: true, partialFilterExpression: { status: 'open' } }],
    [{ user_id: 1, created_at: -1, _id: -1 }],
    [{ status: 1, created_at: -1, _id: -1 }],
    [{ demo: 1 }, { partialFilterExpression: { demo: true } }],
  ],
);

function toPetition({
  _id,
  created_at,
  answered_at,
  target: _,
  ...rest
}: PetitionDocument): Petition {
  return {
    id: _id,
    ...rest,
    created_at: created_at.toISOString(),
    answered_at: answered_at?.toISOString() ?? null,
  };
}

const NEWEST_FIRST = { field: 'created_at', direction: -1 } as const;

export class MongoPetitions implements Petitions {
  readonly #store: Store<PetitionDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, petitions);
  }

  async add({ id, created_at, answered_at, ...rest }: Petition) {
    try {
      await this.#store.insert({
        _id: id,
        ...rest,
        created_at: new Date(created_at),
        answered_at: answered_at === null ? null : new Date(answered_at),
        target: targetOf(rest),
      });
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'conflict') throw error;
      throw new Fault('conflict', 'You have asked this already, and it is not answered yet.', {
        fix: 'Wait for the answer, or withdraw it and ask again.',
        cause: error,
      });
    }
  }

  async byId(id: PetitionId) {
    const found = await this.#store.one({ _id: id });
    return found && toPetition(found);
  }

  async list(filter: PetitionFilter, request: PageRequest) {
    return mapPage(await pageOf(this.#store, condition(filter), NEWEST_FIRST, request), toPetition);
  }

  async newestAbout(user: UserId, target: string) {
    const found = await this.#store.one({ user_id: user, target }, { created_at: -1 });
    return found && toPetition(found);
  }

  madeSince(user: UserId, since: Date) {
    return this.#store.count({ user_id: user, created_at: op({ $gte: since }) });
  }

  async close(id: PetitionId, { status, by, answer, at }: Parameters<Petitions['close']>[1]) {
    const $set = { status, answered_by: by, answer, answered_at: at };
    const closed = await this.#store.change({ _id: id, status: 'open' }, { $set });
    return closed && toPetition(closed);
  }

  countOpen() {
    return this.#store.count({ status: 'open' });
  }
}

function condition({ status, kind, userId, q }: PetitionFilter): Filter {
  return {
    ...(status ? { status } : {}),
    ...(kind ? { kind } : {}),
    ...(userId ? { user_id: userId } : {}),
    ...(q ? contains(q, ['about', 'text', 'user_email', 'user_name']) : {}),
  };
}
