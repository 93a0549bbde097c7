// Applications, in MongoDB.
import type { Connection } from 'mongoose';
import { Fault } from '@verity/protocol/faults';
import type { ApplicationId } from '@verity/protocol/ids';
import type { ApplicationRecord, Applications } from '@verity/domain/applications/ports';
import { declareCollection, fromStored, Store, toStored, type Stored } from './store';

type ApplicationDocument = Stored<ApplicationRecord>;

export const applications = declareCollection(
  'applications',
  {
    _id: String,
    name: { type: String, required: true },
    handle: { type: String, required: true },
    origins: { type: [String], required: true },
    owner: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  [
    [{ handle: 1 }, { unique: true }],
    // An origin belongs to one application; those without any do not clash over that.
    [{ origins: 1 }, { unique: true, partialFilterExpression: { 'origins.0': { $exists: true } } }],
  ],
);

const toRecord = (document: ApplicationDocument): ApplicationRecord => fromStored(document);

export class MongoApplications implements Applications {
  readonly #store: Store<ApplicationDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, applications);
  }

  async add(application: ApplicationRecord) {
    await taken(() => this.#store.insert(toStored(application)));
  }

  async byId(id: ApplicationId) {
    const found = await this.#store.one({ _id: id });
    return found && toRecord(found);
  }

  async byOrigin(origin: string) {
    const found = await this.#store.one({ origins: origin });
    return found && toRecord(found);
  }

  async list() {
    return (await this.#store.many({}, { name: 1, _id: 1 })).map(toRecord);
  }

  async change(id: ApplicationId, changes: Parameters<Applications['change']>[1]) {
    const changed = await taken(() => this.#store.change({ _id: id }, { $set: changes }));
    return changed && toRecord(changed);
  }

  remove(id: ApplicationId) {
    return this.#store.removed({ _id: id });
  }
}

async function taken<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'conflict') throw error;
    throw new Fault('conflict', 'Another application has this handle or one of these origins.', {
      fix: 'Take another handle; an origin belongs to one application.',
      cause: error,
    });
  }
}
