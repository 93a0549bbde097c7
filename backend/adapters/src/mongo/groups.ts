// Groups of people, in MongoDB; who belongs to them stands with the people.
import type { Connection } from 'mongoose';
import { Fault } from '@verity/protocol/faults';
import type { GroupRecord, Groups } from '@verity/domain/identity/ports';
import { declareCollection, fromStored, Store, toStored, type Stored } from './store';
import { users, type UserDocument } from './users';

type GroupDocument = Stored<GroupRecord>;

export const groups = declareCollection(
  'groups',
  {
    _id: String,
    name: { type: String, required: true },
    description: { type: String, default: '' },
    createdAt: { type: Date, required: true },
  },
  [],
);

const toRecord = (document: GroupDocument): GroupRecord => fromStored(document);

export class MongoGroups implements Groups {
  readonly #store: Store<GroupDocument>;
  readonly #users: Store<UserDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, groups);
    this.#users = new Store(connection, users);
  }

  async list() {
    const [found, counted] = await Promise.all([
      this.#store.many({}, { name: 1, _id: 1 }),
      this.#users.aggregate<{ _id: string; members: number }>([
        { $unwind: '$groups' },
        { $group: { _id: '$groups', members: { $sum: 1 } } },
      ]),
    ]);
    const members = new Map(counted.map((row) => [row._id, row.members]));
    return found.map((group) => ({ ...toRecord(group), members: members.get(group._id) ?? 0 }));
  }

  async byId(id: string) {
    const found = await this.#store.one({ _id: id });
    return found && toRecord(found);
  }

  async add(group: GroupRecord) {
    try {
      await this.#store.insert(toStored(group));
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'conflict') throw error;
      throw new Fault('conflict', `There is a group "${group.id}" already.`, {
        fix: 'Take another id, or change the group that is there.',
        cause: error,
      });
    }
  }

  async change(id: string, changes: Parameters<Groups['change']>[1]) {
    const changed = await this.#store.change({ _id: id }, { $set: changes });
    return changed && toRecord(changed);
  }

  async remove(id: string) {
    await this.#store.removed({ _id: id });
  }
}
