// On what terms the behaviour of people is learnt, in MongoDB: one document for each with whom something was agreed.
import type { Connection } from 'mongoose';
import type { PetitionId, SessionId, UserId } from '@verity/protocol/ids';
import { usualTerms, type LearningTerms } from '@verity/domain/risk/learning-terms';
import type { Terms } from '@verity/domain/risk/ports';
import { declareCollection, op, part, Store } from './store';

interface TermsDocument extends Omit<LearningTerms, 'userId'> {
  _id: UserId;
}

/** Sessions that lie further back have expired long since. */
const DISOWNED_KEPT = 50;

export const learningTerms = declareCollection(
  'learning_terms',
  {
    _id: String,
    erasedAt: Date,
    temporary: part({
      petitionId: { type: String, required: true },
      from: { type: Date, required: true },
      until: { type: Date, required: true },
    }),
    household: Boolean,
    disowned: [String],
    changedAt: { type: Date, required: true },
  },
  [[{ changedAt: 1 }], [{ 'temporary.until': 1 }, { sparse: true }]],
);

function toTerms({ _id, ...rest }: TermsDocument): LearningTerms {
  const { changedAt: _, ...usual } = usualTerms(_id);
  return { ...usual, ...rest };
}

export class MongoTerms implements Terms {
  readonly #store: Store<TermsDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, learningTerms);
  }

  async of(user: UserId) {
    const found = await this.#store.one({ _id: user });
    return found ? toTerms(found) : usualTerms(user);
  }

  async many(users: UserId[]) {
    const found = await this.#store.many({ _id: op({ $in: users }) }, {});
    const agreed = new Map(found.map((document) => [document._id, toTerms(document)]));
    return new Map(users.map((user) => [user, agreed.get(user) ?? usualTerms(user)]));
  }

  async changedSince(at: Date) {
    return (await this.#store.many({ changedAt: op({ $gte: at }) }, { changedAt: 1 })).map(toTerms);
  }

  async due(at: Date) {
    return (await this.#store.many({ 'temporary.until': op({ $lte: at }) }, {}, 100)).map(toTerms);
  }

  async change(user: UserId, changes: Parameters<Terms['change']>[1], at: Date) {
    const $set = { ...changes, changedAt: at };
    return toTerms(await this.#store.changeOrMake({ _id: user }, { $set }));
  }

  async disown(user: UserId, session: SessionId, at: Date) {
    const $push = { disowned: { $each: [session], $slice: -DISOWNED_KEPT } };
    return toTerms(
      await this.#store.changeOrMake({ _id: user }, { $push, $set: { changedAt: at } }),
    );
  }

  endTemporary(user: UserId, petition: PetitionId, at: Date) {
    const inForce = { _id: user, 'temporary.petitionId': petition };
    return this.#store.changed(inForce, { $set: { temporary: null, changedAt: at } });
  }
}
