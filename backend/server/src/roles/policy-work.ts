// What work on policies needs of the ground: stores, the settings, and ways to tell of what it did.
import { createLeases } from '@verity/adapters/redis/leases';
import { ROOM_ADMIN, ROOM_AUTHENTICATED } from '@verity/domain/realtime/ports';
import type { VersionPorts } from '@verity/domain/policy/make-version';
import type { PolicyWorkPorts } from '@verity/domain/policy/work-ports';
import type { UserId } from '@verity/protocol/ids';
import { notices } from '@verity/domain/identity/notices';
import { reviewOver } from '../routes/policy-review';
import type { Herald } from '../socket/announcer';
import type { Ground } from './ground';
import type { Jobs } from './jobs';

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
  const tellAdmins = toAdmins(ground, herald);
  return {
    ...stores,
    runs: stores.policyRuns,
    watches: stores.policyWatches,
    settings: () => stores.policySettings.read(),
    versions,
    review: reviewOver({ ...stores, clock }),
    warn: warner(ground, tellAdmins),
    propose: proposer(tellAdmins),
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

/** To every admin who is connected, and into the notifications of each. */
function toAdmins(ground: Ground, herald: Pick<Herald, 'announce'>) {
  const { stores, clock } = ground;
  const tell = notices({
    ...ground,
    notifications: stores.notifications,
    announce: herald.announce,
  });
  return async (said: { title: string; body: string; link: string }): Promise<void> => {
    const notice = { kind: 'policy', ...said } as const;
    const at = clock().toISOString();
    herald.announce('admin_notification', [ROOM_ADMIN], { ...notice, at });
    const admins = await stores.users.list({ role: 'admin', status: 'active' }, { limit: ADMINS });
    for (const { id } of admins.items) await tell(id, { ...notice, session: null });
  };
}

type TellAdmins = ReturnType<typeof toAdmins>;

/** On record as well. */
const warner =
  ({ journal }: Pick<Ground, 'journal'>, tellAdmins: TellAdmins): PolicyWorkPorts['warn'] =>
  async ({ version, state, note, divergence, rolled_back_by }) => {
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
    await tellAdmins({ title, body: note, link: '/policies/health' });
  };

const proposer =
  (tellAdmins: TellAdmins): PolicyWorkPorts['propose'] =>
  ({ id, base_version, optimisation }) =>
    tellAdmins({
      title: 'New thresholds are proposed for the policy',
      body: `A search over the recorded sessions found some that keep to ${optimisation?.budget} challenges for each 1,000 sessions and leave strangers less time than version ${base_version}. Nothing has changed: look at them and decide.`,
      link: `/policies/runs/${id}`,
    });
