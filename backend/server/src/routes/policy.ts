// Handlers of the policy routes: the version in force, its history, and putting another one in force.
import { Fault } from '@verity/protocol/faults';
import type { policyRoutes } from '@verity/protocol/policy/routes';
import type { Policy, PolicyDraft } from '@verity/protocol/policy/schemas';
import type { Journal } from '@verity/domain/audit/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import { diffPolicies } from '@verity/domain/policy/diff-policies';
import type { Policies } from '@verity/domain/policy/ports';
import { ROOM_AUTHENTICATED, type Announcer } from '@verity/domain/realtime/ports';
import type { Call, Handlers, UserCaller } from '../http/handler';

export interface PolicyRoutePorts {
  policies: Policies;
  announcer: Pick<Announcer, 'announce'>;
  journal: Journal;
  /** Has every process decide by the new version. */
  onPolicyChanged(): Promise<void> | void;
  clock: Clock;
}

type Action = 'policy.changed' | 'policy.restored';

export function policyHandlers(ports: PolicyRoutePorts): Handlers<keyof typeof policyRoutes> {
  const { policies } = ports;

  /** Two who do this at once make the same version: the store lets one of them. */
  const putInForce = async (
    { rules, hysteresis }: PolicyDraft,
    before: Policy,
    reason: string,
    { caller, address }: Call<UserCaller>,
    action: Action,
    details: Record<string, unknown> = {},
  ): Promise<Policy> => {
    const changes = diffPolicies(before, { rules, hysteresis });
    if (changes.length === 0) {
      throw new Fault('invalid-input', `It is what version ${before.version} says already.`, {
        fix: 'Change something, or leave the policy as it is.',
      });
    }
    const policy: Policy = {
      rules,
      hysteresis,
      version: before.version + 1,
      author: caller.rights.userEmail,
      reason,
      created_at: ports.clock().toISOString(),
      changes,
    };
    await policies.add(policy);
    await ports.onPolicyChanged();
    const { version, author, created_at: at } = policy;
    ports.announcer.announce('policy_update', [ROOM_AUTHENTICATED], {
      version,
      author,
      reason,
      at,
    });
    await ports.journal.record({
      actor: `user:${caller.rights.userId}`,
      action,
      subject: `policy:${version}`,
      outcome: 'success',
      address,
      details: { before: before.version, reason, changes, ...details },
    });
    return policy;
  };

  return {
    'GET /api/v1/policies/current': () => policies.current(),

    'GET /api/v1/policies': ({ query }) => policies.list(query),

    async 'PUT /api/v1/policies'({ body }, call) {
      const current = await policies.current();
      if (body.based_on !== current.version) {
        throw new Fault(
          'conflict',
          `Version ${current.version} is in force; the draft was made from version ${body.based_on}.`,
          { fix: 'Look at what changed, and make the draft again from the version in force.' },
        );
      }
      return putInForce(body.policy, current, body.reason, call, 'policy.changed');
    },

    async 'POST /api/v1/policies/restore'({ body }, call) {
      const [current, earlier] = await Promise.all([
        policies.current(),
        policies.byVersion(body.version),
      ]);
      if (!earlier) {
        throw new Fault('not-found', `There is no version ${body.version} of the policy.`, {
          fix: 'GET /api/v1/policies lists the versions.',
        });
      }
      const details = { restored: earlier.version };
      return putInForce(earlier, current, body.reason, call, 'policy.restored', details);
    },
  };
}
