// Device profiles through the cache: signing in reads its device there first, and every change drops it.
import type { DeviceRecord, Devices } from '@verity/domain/identity/ports';
import type { Cache } from '@verity/domain/kernel/cache-ports';

type Stored = Omit<DeviceRecord, 'firstSeenAt' | 'lastSeenAt'> & {
  firstSeenAt: string;
  lastSeenAt: string;
};

const revive = (stored: Stored | null): DeviceRecord | null =>
  stored && {
    ...stored,
    firstSeenAt: new Date(stored.firstSeenAt),
    lastSeenAt: new Date(stored.lastSeenAt),
  };

const fingerprintKey = ({ userId, fingerprintHash }: DeviceRecord): string =>
  `${userId}:${fingerprintHash}`;

export function cachedDevices(devices: Devices, cache: Pick<Cache, 'through' | 'drop'>): Devices {
  const through = async (key: string, load: () => Promise<DeviceRecord | null>) =>
    revive(await cache.through<Stored | null>('device_profile', key, load as () => Promise<never>));

  const forget = async (device: DeviceRecord): Promise<void> => {
    await Promise.all(
      [device.id, fingerprintKey(device)].map((key) => cache.drop('device_profile', key)),
    );
  };

  return {
    byId: (id) => through(id, () => devices.byId(id)),
    byFingerprint: (user, hash) =>
      through(`${user}:${hash}`, () => devices.byFingerprint(user, hash)),
    ofUser: (user) => devices.ofUser(user),
    async add(device) {
      try {
        await devices.add(device);
      } finally {
        // That there is none may be cached, also when somebody else has just added it.
        await forget(device);
      }
    },
    async change(id, changes) {
      const changed = await devices.change(id, changes);
      await forget(changed);
      return changed;
    },
    async remove(id) {
      const device = await devices.byId(id);
      await devices.remove(id);
      if (device) await forget(device);
    },
  };
}
