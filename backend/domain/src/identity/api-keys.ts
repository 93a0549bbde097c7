// API keys of applications: shown once, kept as their hash, expiring, revoked at once.
import { Fault } from '@verity/protocol/faults';
import type { Scope } from '@verity/protocol/identity/schemas';
import type { ApiKeyId, ApplicationId } from '@verity/protocol/ids';
import type { Clock, NewId } from '../kernel/ports';
import type { RecordAction } from './outward';
import type { ApiKeyRecord, ApiKeys, SecretTokens } from './ports';

const PREFIX = 'vk_';
const SHAPE = /^vk_[A-Za-z0-9_-]{43}$/;
const DAY_MS = 86_400_000;
/** Use is put on record so often at most, for each key. */
const RECORD_EVERY_MS = 3_600_000;

export interface ApiKeyPorts {
  apiKeys: ApiKeys;
  tokens: SecretTokens;
  record: RecordAction;
  clock: Clock;
  newId: NewId;
}

export type KeyHolder = Pick<ApiKeyRecord, 'id' | 'name' | 'scopes' | 'applicationId'>;

export function apiKeyring(ports: ApiKeyPorts) {
  const { apiKeys, tokens, clock } = ports;
  /** When this process last recorded a use, by key. */
  const recorded = new Map<ApiKeyId, number>();

  const noteUse = async (key: ApiKeyRecord, now: Date): Promise<void> => {
    const last = Math.max(recorded.get(key.id) ?? 0, key.lastUsedAt?.getTime() ?? 0);
    await apiKeys.noteUse(key.id, now);
    if (now.getTime() - last < RECORD_EVERY_MS) return;
    recorded.set(key.id, now.getTime());
    await ports.record({
      actor: `api_key:${key.id}`,
      action: 'api_key.used',
      subject: `api_key:${key.id}`,
      outcome: 'success',
      address: null,
      details: { name: key.name, scopes: key.scopes },
    });
  };

  const keyring = {
    /** The new key and its record; the key itself is never seen again. */
    async make(
      about: { name: string; scopes: Scope[]; days: number; applicationId?: ApplicationId },
      createdBy: string,
    ): Promise<{ record: ApiKeyRecord; key: string }> {
      const key = tokens.make(PREFIX);
      const now = clock();
      const record: ApiKeyRecord = {
        id: ports.newId<ApiKeyId>(),
        name: about.name,
        prefix: key.slice(0, PREFIX.length + 6),
        hash: tokens.hash(key),
        scopes: [...new Set(about.scopes)],
        applicationId: about.applicationId,
        createdBy,
        createdAt: now,
        expiresAt: new Date(now.getTime() + about.days * DAY_MS),
        lastUsedAt: null,
        revokedAt: null,
      };
      await apiKeys.add(record);
      return { record, key };
    },

    /** Who holds this key. Throws `not-signed-in` when it is unknown, expired or revoked. */
    async verify(key: string): Promise<KeyHolder> {
      const record = SHAPE.test(key) ? await apiKeys.byHash(tokens.hash(key)) : null;
      const now = clock();
      if (!record || record.revokedAt) {
        throw new Fault('not-signed-in', 'There is no such API key, or it was revoked.', {
          fix: 'Ask an admin for a key.',
        });
      }
      if (record.expiresAt <= now) {
        throw new Fault('not-signed-in', 'This API key has expired.', {
          fix: 'Ask an admin for a new one.',
        });
      }
      await noteUse(record, now);
      const { id, name, scopes, applicationId } = record;
      return { id, name, scopes, applicationId };
    },

    /**
     * A successor with the same scopes and term; the old key works on for the overlap, so that nothing stands still
     * while the application takes the new one. Throws `conflict` when the old one no longer works.
     */
    async rotate(
      old: ApiKeyRecord,
      overlapMinutes: number,
      by: string,
    ): Promise<{ record: ApiKeyRecord; key: string }> {
      const now = clock();
      if (old.revokedAt || old.expiresAt <= now) {
        throw new Fault('conflict', 'This key was revoked or has expired.', {
          fix: 'Make a new key instead.',
        });
      }
      const days = Math.round((old.expiresAt.getTime() - old.createdAt.getTime()) / DAY_MS);
      const made = await keyring.make({ ...old, days: Math.max(1, days) }, by);
      await apiKeys.endBy(old.id, new Date(now.getTime() + overlapMinutes * 60_000));
      return made;
    },
  };
  return keyring;
}
