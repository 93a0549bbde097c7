// Records as the API shows them: names of the wire, times in ISO-8601, nothing that must stay inside.
import type { Passkey } from '@verity/protocol/identity/passkeys';
import type {
  ApiKey,
  Device,
  Notification,
  Session,
  User,
} from '@verity/protocol/identity/schemas';
import type { Petition } from '@verity/protocol/alerts/petition-schemas';
import type { Decision } from '@verity/protocol/policy/schemas';
import type { Page } from '@verity/protocol/page';
import type { PasskeyRecord } from '@verity/domain/identity/passkey-ports';
import type {
  ApiKeyRecord,
  DeviceRecord,
  NotificationRecord,
  SessionRecord,
  UserRecord,
} from '@verity/domain/identity/ports';
import type { DecisionRecord } from '@verity/domain/policy/ports';

const instant = (at: Date | null): string | null => at?.toISOString() ?? null;

export const presentPage = <R, T>(found: Page<R>, present: (record: R) => T): Page<T> => ({
  ...found,
  items: found.items.map(present),
});

export const presentUser = (user: UserRecord): User => ({
  id: user.id,
  email: user.email,
  name: user.name,
  role: user.role,
  groups: user.groups,
  status: user.status,
  totp_enrolled: user.totp !== null,
  passkeys: user.passkeys.length,
  demo: user.demo,
  created_at: user.createdAt.toISOString(),
  last_seen_at: instant(user.lastSeenAt),
});

export const presentPasskey = (passkey: PasskeyRecord): Passkey => ({
  id: passkey.id,
  name: passkey.name,
  credential_id: passkey.credentialId,
  synced: passkey.synced,
  aaguid: passkey.aaguid,
  created_at: passkey.createdAt.toISOString(),
  last_used_at: instant(passkey.lastUsedAt),
});

export const presentSession = (session: SessionRecord): Session => ({
  id: session.id,
  user_id: session.userId,
  user_email: session.userEmail,
  user_name: session.userName,
  role: session.role,
  device_id: session.deviceId,
  device_label: session.deviceLabel,
  device_trusted: session.deviceTrusted,
  address: session.address,
  // Sessions from before facilities were configured have none.
  facility: session.facility ?? null,
  state: session.state,
  state_reason: session.stateReason,
  risk_score: session.riskScore,
  band: session.band,
  acr: session.acr,
  started_at: session.startedAt.toISOString(),
  last_seen_at: session.lastSeenAt.toISOString(),
  ended_at: instant(session.endedAt),
  demo: session.demo,
  application_id: session.applicationId ?? null,
});

export const presentDevice = (device: DeviceRecord): Device => ({
  id: device.id,
  user_id: device.userId,
  label: device.label,
  user_agent: device.userAgent,
  platform: device.platform,
  screen: device.screen,
  languages: device.languages,
  trusted: device.trusted,
  first_seen_at: device.firstSeenAt.toISOString(),
  last_seen_at: device.lastSeenAt.toISOString(),
});

export const presentNotification = (note: NotificationRecord): Notification => ({
  id: note.id,
  kind: note.kind,
  title: note.title,
  body: note.body,
  link: note.link,
  session_id: note.session_id,
  ...(note.acr_values ? { acr_values: note.acr_values } : {}),
  created_at: note.createdAt.toISOString(),
  read_at: instant(note.readAt),
});

export const presentApiKey = (key: ApiKeyRecord): ApiKey => ({
  id: key.id,
  name: key.name,
  prefix: key.prefix,
  scopes: key.scopes,
  application_id: key.applicationId ?? null,
  created_by: key.createdBy,
  created_at: key.createdAt.toISOString(),
  expires_at: key.expiresAt.toISOString(),
  last_used_at: instant(key.lastUsedAt),
  revoked_at: instant(key.revokedAt),
});

export const presentDecision = ({ at, ...decision }: DecisionRecord): Decision => ({
  session_id: decision.session_id,
  user_id: decision.user_id,
  effect: decision.effect,
  previous_effect: decision.previous_effect,
  rule_id: decision.rule_id,
  rule_name: decision.rule_name,
  rule_condition: decision.rule_condition,
  would: decision.would,
  resource: decision.resource,
  policy_version: decision.policy_version,
  risk_score: decision.risk_score,
  band: decision.band,
  reasons: decision.reasons,
  ...(decision.contributions ? { contributions: decision.contributions } : {}),
  ...(decision.model_state ? { model_state: decision.model_state } : {}),
  at: at.toISOString(),
});

/** As the person sees it: who of the admins answered is the admins' own affair. */
export const presentOwnPetition = (petition: Petition): Petition => ({
  ...petition,
  answered_by: petition.answered_by === null ? null : 'an admin',
});
