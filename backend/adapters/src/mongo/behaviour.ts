// Windows of behaviour and the models that learn from them, in MongoDB.
import { mongo, type Connection } from 'mongoose';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type {
  BehaviourModels,
  BehaviourWindows,
  Modality,
  ModelRecord,
  WindowRecord,
} from '@verity/domain/risk/ports';
import { daysAfter } from './retention';
import { declareCollection, EXPIRES, op, Store, type Stored } from './store';

export interface WindowDocument extends Omit<Stored<WindowRecord>, 'features'> {
  /** Float64, little endian: a quarter of an array's size, and NaN survives. */
  features: mongo.Binary;
  expireAt: Date;
}

const modality = { type: String, match: /^(keystroke|mouse|phrase:[\w.-]{1,64})$/, required: true };

export const behaviourWindows = declareCollection(
  'behaviour_windows',
  {
    _id: String,
    userId: { type: String, required: true },
    sessionId: { type: String, required: true },
    modality,
    at: { type: Date, required: true },
    features: { type: Buffer, required: true },
    expireAt: { type: Date, required: true },
  },
  [[{ userId: 1, modality: 1, at: -1, _id: -1 }], [{ sessionId: 1 }], EXPIRES],
);

export class MongoBehaviourWindows implements BehaviourWindows {
  readonly #store: Store<WindowDocument>;

  constructor(
    connection: Connection,
    private readonly days: number,
  ) {
    this.#store = new Store(connection, behaviourWindows);
  }

  add(windows: WindowRecord[]) {
    return this.#store.insertMissing(
      windows.map(({ id, features, ...rest }) => ({
        _id: id,
        ...rest,
        features: pack(features),
        expireAt: daysAfter(rest.at, this.days),
      })),
    );
  }

  async ofUser(user: UserId, of: Modality, limit: number) {
    const newest = { at: -1, _id: -1 } as const;
    const found = await this.#store.many({ userId: user, modality: of }, newest, limit);
    return found.reverse().map(({ _id, features, expireAt: _, ...rest }) => ({
      id: _id,
      ...rest,
      features: unpack(features),
    }));
  }

  async count(user: UserId) {
    const found = await this.#store.aggregate<{ _id: Modality; windows: number }>([
      { $match: { userId: user } },
      { $group: { _id: '$modality', windows: { $sum: 1 } } },
    ]);
    const counts: Record<Modality, number> = { keystroke: 0, mouse: 0 };
    for (const { _id, windows } of found) counts[_id] = windows;
    return counts;
  }

  async removeOfSession(session: SessionId) {
    await this.#store.removeAll({ sessionId: session });
  }
}

function pack(features: readonly number[]): mongo.Binary {
  const bytes = Buffer.allocUnsafe(features.length * 8);
  features.forEach((feature, index) => bytes.writeDoubleLE(feature, index * 8));
  return new mongo.Binary(bytes);
}

function unpack(packed: mongo.Binary): number[] {
  const bytes = Buffer.from(packed.buffer.buffer, packed.buffer.byteOffset, packed.length());
  return Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readDoubleLE(index * 8));
}

export type ModelDocument = ModelRecord & { _id: string };

const recordOf = ({ _id, ...model }: ModelDocument): ModelRecord => model;

/** Versions of a model that are kept, for going back. */
const KEPT_VERSIONS = 5;

export const behaviourModels = declareCollection(
  'behaviour_models',
  {
    _id: String,
    userId: { type: String, required: true },
    modality,
    version: { type: Number, required: true },
    trainedAt: { type: Date, required: true },
    windows: { type: Number, required: true },
    artefact: { type: String, required: true },
  },
  [[{ userId: 1, modality: 1, version: -1 }, { unique: true }]],
);

export class MongoBehaviourModels implements BehaviourModels {
  readonly #store: Store<ModelDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, behaviourModels);
  }

  async newest(user: UserId, of: Modality) {
    const found = await this.#store.one({ userId: user, modality: of }, { version: -1 });
    return found && recordOf(found);
  }

  async newestOfUser(user: UserId) {
    // At most a handful of versions of each modality are kept.
    const found = await this.#store.many({ userId: user }, { modality: 1, version: -1 });
    return found.filter((one, i) => one.modality !== found[i - 1]?.modality).map(recordOf);
  }

  async add(model: ModelRecord) {
    const { userId, modality: of, version } = model;
    await this.#store.insert({ _id: `${userId}:${of}:${version}`, ...model });
    const old = { userId, modality: of, version: op({ $lte: version - KEPT_VERSIONS }) };
    await this.#store.removeAll(old);
  }
}
