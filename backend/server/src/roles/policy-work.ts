// What work on policies needs of the ground: stores, the settings, and ways to tell of what it did.
import { ROOM_ADMIN, ROOM_AUTHENTICATED } from '@verity/domain/realtime/ports';
import type { HealthPorts } from '@verity/domain/policy/check-health';
import type { VersionPorts } from '@verity/domain/policy/make-version';
import type { PolicyWorkPorts } from '@verity/domain/policy/work';
import { notices } from '@verity/domain/identity/notices';
import { reviewOver } from '../routes/policy-review';
import type { Herald } from '../socket/announcer';
import type { Ground } from './ground';

const LINK = '/policies/health';
const ADMINS = 200;

export function policyWorkTools(ground: Ground, herald: Pick<Herald, 'announce'>): PolicyWorkPorts {
  const { stores, clock, journal } = ground;
  const versions: VersionPorts = {
    policies: stores.policies,
    announcePolicy: (update) => herald.announce('policy_update', [ROOM_AUTHENTICATED], update),
    record: (entry) => journal.record(entry),
    // Every process looks for another version several times a second.
    onPolicyChanged: () => undefined,
    clock,
  };
  return {
    ...stores,
    runs: stores.policyRuns,
    watches: stores.policyWatches,
    settings: () => stores.policySettings.read(),
    versions,
    review: reviewOver({ ...stores, clock }),
    warn: warner(ground, herald),
    clock,
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

/** On record, to every admin who is connected, and in the notifications of each. */
function warner(ground: Ground, herald: Pick<Herald, 'announce'>): HealthPorts['warn'] {
  const { stores, journal, clock } = ground;
  const tell = notices({
    ...ground,
    notifications: stores.notifications,
    announce: herald.announce,
  });
  return async ({ version, state, note, divergence, rolled_back_by }) => {
    const title =
      state === 'rolled_back'
        ? `Version ${version} of the policy was rolled back`
        : `Version ${version} of the policy does not do as foretold`;
    await journal.record({
      actor: 'system:policy-health',
      action: 'policy.diverged',
      subject: `policy:${version}`,
      outcome: 'success',
      address: null,
      details: { state, note, divergence, rolled_back_by },
    });
    herald.announce('admin_notification', [ROOM_ADMIN], {
      kind: 'policy',
      title,
      body: note,
      link: LINK,
      at: clock().toISOString(),
    });
    const admins = await stores.users.list({ role: 'admin', status: 'active' }, { limit: ADMINS });
    for (const { id } of admins.items) {
      await tell(id, { kind: 'policy', title, body: note, link: LINK, session: null });
    }
  };
}
