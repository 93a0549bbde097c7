// What work on policies needs of the ground: stores, the settings, and ways to tell of what it did.
import { createLeases } from '@verity/adapters/redis/leases';
import { ROOM_ADMIN, ROOM_AUTHENTICATED } from '@verity/domain/realtime/ports';
import type { HealthPorts } from '@verity/domain/policy/check-health';
import type { VersionPorts } from '@verity/domain/policy/make-version';
import type { PolicyWorkPorts } from '@verity/domain/policy/work-ports';
import type { UserId } from '@verity/protocol/ids';
import { notices } from '@verity/domain/identity/notices';
import { reviewOver } from '../routes/policy-review';
import type { Herald } from '../socket/announcer';
import type { Ground } from './ground';
import type { Jobs } from './jobs';

const LINK = '/policies/health';
const ADMINS = 200;
/** Of a process that died in the middle. */
const LEASE_MS = 30_000;

/** Has the version in force looked at soon; when that fails, the next sweep over sessions asks for it. */
export const lookAtPolicy = ({ log }: Pick<Ground, 'log'>, { enqueuer }: Pick<Jobs, 'enqueuer'>) =>
  enqueuer
    .enqueue('check_policy_health', {})
    .catch((err: unknown) => log.warn({ err }, 'a new version is looked at a little later'));

export function policyWorkTools(
  ground: Ground,
  jobs: Pick<Jobs, 'enqueuer'>,
  herald: Pick<Herald, 'announce'>,
): PolicyWorkPorts {
  const { stores, clock, journal } = ground;
  const leases = createLeases(ground.redis, ground.newId);
  const versions: VersionPorts = {
    policies: stores.policies,
    announcePolicy: (update) => herald.announce('policy_update', [ROOM_AUTHENTICATED], update),
    record: (entry) => journal.record(entry),
    // Every process that decides looks for another version several times a second.
    onPolicyChanged: async () => void (await lookAtPolicy(ground, jobs)),
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
    async authorOf(actor) {
      const user = actor.startsWith('user:')
        ? await stores.users.byId(actor.slice('user:'.length) as UserId)
        : null;
      return { actor, author: user?.email ?? actor, address: null };
    },
    alone: (what, work) => leases.hold(`policy-${what}`, LEASE_MS, work),
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
