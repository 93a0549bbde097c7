// Recognises the device of a person: by what its browser keeps, else by its user agent.
import type { DeviceProfile } from '@verity/protocol/identity/schemas';
import type { DeviceId } from '@verity/protocol/ids';
import type { Clock, NewId } from '../kernel/ports';
import { deviceLabel } from './device-label';
import type { DeviceRecord, Devices, SecretTokens, UserRecord } from './ports';

export interface RecognitionPorts {
  devices: Devices;
  tokens: Pick<SecretTokens, 'hash'>;
  clock: Clock;
  newId: NewId;
}

/** What is known of the device that signed in, against what was known before. */
export interface DeviceSeen {
  isNew: boolean;
  isFirst: boolean;
  trusted: boolean;
  changed: string[];
}

/** The device behind a session, made when it was never seen with this person. */
export async function recogniseDevice(
  ports: RecognitionPorts,
  user: UserRecord,
  { profile, userAgent }: { profile: DeviceProfile | undefined; userAgent: string },
): Promise<{ device: DeviceRecord; seen: DeviceSeen }> {
  const now = ports.clock();
  // A program that tells nothing of itself is recognised by its user agent.
  const fingerprintHash = ports.tokens.hash(profile?.fingerprint ?? `agent ${userAgent}`);
  const knownAgain = async (known: DeviceRecord) => {
    const device = await ports.devices.change(known.id, { userAgent, lastSeenAt: now });
    const seen = { isNew: false, isFirst: false, trusted: device.trusted };
    return { device, seen: { ...seen, changed: changedParts(known, profile, userAgent) } };
  };
  const known = await ports.devices.byFingerprint(user.id, fingerprintHash);
  if (known) return knownAgain(known);
  const isFirst = (await ports.devices.ofUser(user.id)).length === 0;
  const device: DeviceRecord = {
    id: ports.newId<DeviceId>(),
    userId: user.id,
    fingerprintHash,
    label: deviceLabel(userAgent, profile?.platform),
    userAgent,
    platform: profile?.platform ?? '',
    screen: profile?.screen ?? null,
    languages: profile?.languages ?? [],
    trusted: false,
    firstSeenAt: now,
    lastSeenAt: now,
  };
  try {
    await ports.devices.add(device);
  } catch (error) {
    // Two sessions of a new device at once: the other one was faster. A cache may still say that there is none.
    const all = await ports.devices.ofUser(user.id);
    const there = all.find((one) => one.fingerprintHash === fingerprintHash);
    if (!there) throw error;
    return knownAgain(there);
  }
  return { device, seen: { isNew: true, isFirst, trusted: false, changed: [] } };
}

/** A new version of the same browser is no change; another browser or system is. */
function changedParts(
  known: DeviceRecord,
  profile: DeviceProfile | undefined,
  userAgent: string,
): string[] {
  const changed: string[] = [];
  if (deviceLabel(known.userAgent) !== deviceLabel(userAgent)) changed.push('browser');
  if (!profile) return changed;
  if (known.platform !== profile.platform) changed.push('platform');
  if (known.languages.join() !== profile.languages.join()) changed.push('languages');
  if (known.screen !== (profile.screen ?? null)) changed.push('screen');
  return changed;
}
