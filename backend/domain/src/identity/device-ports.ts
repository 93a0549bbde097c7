// What identity needs of the world for devices.
import type { DeviceId, UserId } from '@verity/protocol/ids';

export interface DeviceRecord {
  id: DeviceId;
  userId: UserId;
  /** SHA-256 of the fingerprint that the client keeps. */
  fingerprintHash: string;
  label: string;
  userAgent: string;
  platform: string;
  screen: string | null;
  languages: string[];
  trusted: boolean;
  firstSeenAt: Date;
  lastSeenAt: Date;
}

export interface Devices {
  byFingerprint(user: UserId, fingerprintHash: string): Promise<DeviceRecord | null>;
  byId(id: DeviceId): Promise<DeviceRecord | null>;
  ofUser(user: UserId): Promise<DeviceRecord[]>;
  add(device: DeviceRecord): Promise<void>;
  change(
    id: DeviceId,
    changes: Partial<Pick<DeviceRecord, 'label' | 'trusted' | 'userAgent' | 'lastSeenAt'>>,
  ): Promise<DeviceRecord>;
  remove(id: DeviceId): Promise<void>;
}
