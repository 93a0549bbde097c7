// Windows of behaviour and the models that learn from them, in MongoDB.
import { mongo, type Connection } from 'mongoose';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { Clock } from '@verity/domain/kernel/ports';
import type {
  BehaviourModels,
  BehaviourWindows,
  Modality,
  ModelNews,
  ModelRecord,
  Track,
  WindowRecord,
} from '@verity/domain/risk/ports';
import { daysAfter } from './retention';
import { declareCollection, EXPIRES, op, Store, type Filter, type Stored } from './store';

export interface WindowDocument extends Omit<Stored<WindowRecord>, 'features' | 'modality'> {
  modality: string;
  /** Float64, little endian: a quarter of an array's size, and NaN survives. */
  features: mongo.Binary;
  expireAt: Date;
}

/** What was stored before there were tracks is of the standing one. */
const ofTrack = (track: Track) =>
  track === 'standing' ? { track: op({ $in: ['standing', null] }) } : { track };

const trackField = { type: String, enum: ['standing', 'temporary'] };

/**
 * Windows of the mouse were once averages over 150 points and are single actions now. Both cannot be learnt together, so
 * the new ones go by another name in the store, and the old ones, with their models, are never read and expire.
 */
const ACTIONS = 'mouse:actions';
const storedAs = (of: Modality): string => (of === 'mouse' ? ACTIONS : of);
const knownAs = (stored: string): Modality => (stored === ACTIONS ? 'mouse' : (stored as Modality));

const modality = {
  type: String,
  match: /^(keystroke|mouse(:actions)?|phrase:[\w.-]{1,64})$/,
  required: true,
};

export const behaviourWindows = declareCollection(
  'behaviour_windows',
  {
    _id: String,
    userId: { type: String, required: true },
    sessionId: { type: String, required: true },
    modality,
    at: { type: Date, required: true },
    features: { type: Buffer, required: true },
    track: trackField,
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
        modality: storedAs(rest.modality),
        features: pack(features),
        expireAt: daysAfter(rest.at, this.days),
      })),
    );
  }

  async ofUser(user: UserId, of: Modality, limit: number, track: Track = 'standing') {
    const newest = { at: -1, _id: -1 } as const;
    const which = { userId: user, modality: storedAs(of), ...ofTrack(track) };
    return (await this.#store.many(which, newest, limit)).reverse().map(toWindow);
  }

  async ofSession(session: SessionId, of: Modality, limit: number) {
    const which = { sessionId: session, modality: storedAs(of) };
    return (await this.#store.many(which, { at: -1, _id: -1 }, limit)).map(toWindow);
  }

  async ofOthers(
    user: UserId,
    of: Modality,
    wanted: { people: number; windows: number; least: number },
  ) {
    const others: WindowRecord[][] = [];
    // From the person's own id upwards, then round to the first: each step is one look into the index.
    for (const [after, until] of [
      [user, null],
      ['' as UserId, user],
    ] as const) {
      for (let last: UserId = after; others.length < wanted.people;) {
        const range = op(until === null ? { $gt: last } : { $gt: last, $lt: until });
        const next = await this.#store.one(
          { userId: range, modality: storedAs(of) },
          { userId: 1 },
        );
        if (!next) break;
        last = next.userId;
        const windows = await this.ofUser(last, of, wanted.windows);
        if (windows.length >= wanted.least) others.push(windows);
      }
    }
    return others;
  }

  async count(user: UserId, track: Track = 'standing') {
    const found = await this.#store.aggregate<{ _id: string; windows: number }>([
      { $match: { userId: user, ...ofTrack(track) } },
      { $group: { _id: '$modality', windows: { $sum: 1 } } },
    ]);
    const counts: Record<Modality, number> = { keystroke: 0, mouse: 0 };
    for (const { _id, windows } of found) {
      if (_id !== 'mouse') counts[knownAs(_id)] = windows;
    }
    return counts;
  }

  async *walk(user: UserId) {
    for await (const document of this.#store.walk({ userId: user })) yield toWindow(document);
  }

  async *people(after?: UserId) {
    // Each step is one look into the index.
    for (let last = after; ;) {
      const beyond: Filter = last ? { userId: op({ $gt: last }) } : {};
      const next = await this.#store.one(beyond, { userId: 1 });
      if (!next) return;
      last = next.userId;
      yield last;
    }
  }

  async remove(ids: string[]) {
    await this.#store.removeAll({ _id: op({ $in: ids }) });
  }

  async removeBefore(user: UserId, of: Modality, at: Date, track: Track = 'standing') {
    await this.#store.removeAll({
      userId: user,
      modality: storedAs(of),
      ...ofTrack(track),
      at: op({ $lt: at }),
    });
  }

  /** Of everybody. How many were removed. */
  removeAllBefore(at: Date) {
    return this.#store.removeAll({ at: op({ $lt: at }) });
  }

  async removeOfSession(session: SessionId) {
    await this.#store.removeAll({ sessionId: session });
  }

  removeOfUser(user: UserId, { track, until }: { track?: Track; until?: Date }) {
    return this.#store.removeAll({
      userId: user,
      ...(track ? ofTrack(track) : {}),
      ...(until ? { at: op({ $lte: until }) } : {}),
    });
  }
}

function toWindow({ _id, features, expireAt: _, modality: stored, ...rest }: WindowDocument) {
  const record: WindowRecord = {
    id: _id,
    ...rest,
    modality: knownAs(stored),
    features: unpack(features),
  };
  return record;
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

export interface ModelDocument extends Omit<ModelRecord, 'modality'> {
  _id: string;
  modality: string;
  /** Absent from what was stored before processes followed it. */
  storedAt?: Date;
}

const recordOf = ({ _id, storedAt: _, ...model }: ModelDocument): ModelRecord => ({
  ...model,
  modality: knownAs(model.modality),
});

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
    learntTo: Date,
    artefact: { type: String, required: true },
    track: trackField,
    storedAt: Date,
  },
  [[{ userId: 1, modality: 1, version: -1 }, { unique: true }], [{ storedAt: 1 }]],
);

export class MongoBehaviourModels implements BehaviourModels {
  readonly #store: Store<ModelDocument>;

  constructor(
    connection: Connection,
    private readonly clock: Clock,
  ) {
    this.#store = new Store(connection, behaviourModels);
  }

  async newest(user: UserId, of: Modality, track: Track = 'standing') {
    const which = { userId: user, modality: storedAs(of), ...ofTrack(track) };
    const found = await this.#store.one(which, { version: -1 });
    return found && recordOf(found);
  }

  async newestOfUser(user: UserId, track: Track = 'standing') {
    // At most a handful of versions of each modality are kept.
    const which = { userId: user, ...ofTrack(track) };
    const found = await this.#store.many(which, { modality: 1, version: -1 });
    return found
      .filter((one, i) => one.modality !== found[i - 1]?.modality && one.modality !== 'mouse')
      .map(recordOf);
  }

  async lastVersion(user: UserId, of: Modality) {
    const found = await this.#store.one({ userId: user, modality: storedAs(of) }, { version: -1 });
    return found?.version ?? 0;
  }

  async add(model: ModelRecord) {
    const { userId, version, track = 'standing' } = model;
    const of = storedAs(model.modality);
    const _id = `${userId}:${of}:${version}`;
    await this.#store.insert({ _id, ...model, modality: of, storedAt: this.clock() });
    const old = { userId, modality: of, version: op({ $lte: version - KEPT_VERSIONS }) };
    await this.#store.removeAll({ ...old, ...ofTrack(track) });
  }

  async list(user: UserId) {
    const found = await this.#store.aggregate<Omit<ModelDocument, 'artefact'>>([
      { $match: { userId: user } },
      { $sort: { trainedAt: -1 } },
      { $project: { _id: 0, artefact: 0, storedAt: 0 } },
    ]);
    return found.map((model) => ({ ...model, modality: knownAs(model.modality) }));
  }

  async storedSince(at: Date) {
    const found = await this.#store.aggregate<Omit<ModelNews, 'modality'> & { modality: string }>([
      { $match: { storedAt: op({ $gte: at }) } },
      { $sort: { storedAt: 1 } },
      { $project: { _id: 0, userId: 1, modality: 1, version: 1, track: 1, storedAt: 1 } },
    ]);
    return found.map((news) => ({ ...news, modality: knownAs(news.modality) }));
  }

  /** All but the newest `keep` versions of each model. How many were removed. */
  async removeSuperseded(keep: number) {
    const models = await this.#store.aggregate<{ versions: string[] }>([
      { $sort: { version: -1 } },
      {
        $group: {
          _id: { user: '$userId', modality: '$modality', track: '$track' },
          versions: { $push: '$_id' },
        },
      },
    ]);
    const superseded = models.flatMap(({ versions }) => versions.slice(keep));
    return superseded.length === 0 ? 0 : this.#store.removeAll({ _id: op({ $in: superseded }) });
  }

  removeOfUser(user: UserId, { track, trainedSince }: { track?: Track; trainedSince?: Date }) {
    return this.#store.removeAll({
      userId: user,
      ...(track ? ofTrack(track) : {}),
      ...(trainedSince ? { trainedAt: op({ $gte: trainedSince }) } : {}),
    });
  }
}
