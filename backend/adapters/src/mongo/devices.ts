// Devices that people sign in from, in MongoDB.
import type { Connection } from 'mongoose';
import { Fault } from '@verity/protocol/faults';
import type { UserId } from '@verity/protocol/ids';
import type { DeviceRecord, Devices } from '@verity/domain/identity/ports';
import { declareCollection, fromStored, Store, toStored, type Stored } from './store';

export type DeviceDocument = Stored<DeviceRecord>;

export const devices = declareCollection(
  'devices',
  {
    _id: String,
    userId: { type: String, required: true },
    fingerprintHash: { type: String, required: true },
    label: String,
    userAgent: String,
    platform: String,
    screen: String,
    languages: [String],
    trusted: { type: Boolean, required: true },
    firstSeenAt: { type: Date, required: true },
    lastSeenAt: { type: Date, required: true },
  },
  [[{ userId: 1, fingerprintHash: 1 }, { unique: true }]],
);

const toRecord = (document: DeviceDocument): DeviceRecord => fromStored(document);

export class MongoDevices implements Devices {
  readonly #store: Store<DeviceDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, devices);
  }

  async byFingerprint(user: UserId, fingerprintHash: string) {
    const found = await this.#store.one({ userId: user, fingerprintHash });
    return found && toRecord(found);
  }

  async byId(id: DeviceRecord['id']) {
    const found = await this.#store.one({ _id: id });
    return found && toRecord(found);
  }

  async ofUser(user: UserId) {
    return (await this.#store.many({ userId: user }, { lastSeenAt: -1 })).map(toRecord);
  }

  async add(device: DeviceRecord) {
    await this.#store.insert(toStored(device));
  }

  async change(id: DeviceRecord['id'], changes: Parameters<Devices['change']>[1]) {
    const changed = await this.#store.change({ _id: id }, { $set: changes });
    if (!changed) throw new Fault('not-found', 'There is no such device.');
    return toRecord(changed);
  }

  async remove(id: DeviceRecord['id']) {
    await this.#store.removed({ _id: id });
  }
}
