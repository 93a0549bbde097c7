// Handlers of the policy routes: what is in force and on trial, its history, its review, and putting another one in force.
import { Fault } from '@verity/protocol/faults';
import { parse } from '@verity/protocol/parse';
import type { Action } from '@verity/protocol/audit/schemas';
import type { ServerEventPayload } from '@verity/protocol/events';
import type { policyRoutes } from '@verity/protocol/policy/routes';
import { PolicyDraft, type Policy, type PolicyFinding } from '@verity/protocol/policy/schemas';
import type { Journal } from '@verity/domain/audit/ports';
import type { Groups, Sessions, Users } from '@verity/domain/identity/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import { diffPolicies } from '@verity/domain/policy/diff-policies';
import type { Decisions, Policies } from '@verity/domain/policy/ports';
import { reviewPolicy } from '@verity/domain/policy/review-policy';
import { ROOM_AUTHENTICATED, type Announcer } from '@verity/domain/realtime/ports';
import { PRIOR_LOG_ODDS } from '@verity/domain/risk/evidence';
import type { LiveRisk } from '@verity/domain/risk/ports';
import type { Call, Handlers, UserCaller } from '../http/handler';
import { previewSessions } from './policy-preview';

export interface PolicyRoutePorts {
  policies: Policies;
  decisions: Pick<Decisions, 'activity'>;
  groups: Pick<Groups, 'list'>;
  users: Pick<Users, 'list'>;
  sessions: Pick<Sessions, 'list'>;
  liveRisk: Pick<LiveRisk, 'many'>;
  announcer: Pick<Announcer, 'announce'>;
  journal: Journal;
  /** Has this process decide by the new version at once; every other one looks for it by itself. */
  onPolicyChanged(): Promise<void> | void;
  clock: Clock;
}

/** Admins looked at for one that a draft leaves a way in. */
const ADMINS = 200;
/** Score of a session against which nothing speaks. */
const CALM_SCORE = 100 / (1 + Math.exp(-PRIOR_LOG_ODDS));
const HOUR_MS = 3_600_000;

type Change = ServerEventPayload<'policy_update'>['change'];
const ACTIONS = {
  in_force: 'policy.changed',
  trial_began: 'policy.trial_began',
  trial_ended: 'policy.trial_ended',
} as const satisfies Record<Change, Action>;

export function policyHandlers(ports: PolicyRoutePorts): Handlers<keyof typeof policyRoutes> {
  const { policies } = ports;

  const tell = async (
    { version, author, reason, created_at }: Policy,
    change: Change,
    { caller, address }: Call<UserCaller>,
    details: Record<string, unknown>,
    action: Action = ACTIONS[change],
  ): Promise<void> => {
    await ports.onPolicyChanged();
    const at = change === 'trial_ended' ? ports.clock().toISOString() : created_at;
    const said = { version, change, author, reason, at };
    ports.announcer.announce('policy_update', [ROOM_AUTHENTICATED], said);
    await ports.journal.record({
      actor: `user:${caller.rights.userId}`,
      action,
      subject: `policy:${version}`,
      outcome: 'success',
      address,
      details,
    });
  };

  const review = async (draft: PolicyDraft): Promise<PolicyFinding[]> => {
    const [groups, admins] = await Promise.all([
      ports.groups.list(),
      ports.users.list({ role: 'admin', status: 'active' }, { limit: ADMINS }),
    ]);
    return reviewPolicy(draft, {
      groups: new Set(groups.map(({ id }) => id)),
      admins: admins.items.map((admin) => ({
        groups: admin.groups,
        totpEnrolled: admin.totp !== null,
        passkeyEnrolled: admin.passkeys.length > 0,
      })),
      calmScore: CALM_SCORE,
      now: ports.clock(),
    });
  };

  /** Throws `invalid-input` with every finding that stands in the way. */
  const passReview = async (draft: PolicyDraft, acceptWarnings: boolean): Promise<void> => {
    const found = (await review(draft)).filter(
      ({ severity }) => severity === 'error' || !acceptWarnings,
    );
    const [first] = found;
    if (!first) return;
    const onlyWarnings = first.severity === 'warning';
    throw new Fault('invalid-input', first.message, {
      fix: onlyWarnings ? `${first.fix} Or send accept_warnings to keep it.` : first.fix,
      issues: found.map(({ path, message }) => ({ path: `/policy${path}`, message })),
    });
  };

  const versionOf = async (version: number): Promise<Policy> => {
    const found = await policies.byVersion(version);
    if (found) return found;
    throw new Fault('not-found', `There is no version ${version} of the policy.`, {
      fix: 'GET /api/v1/policies lists the versions.',
    });
  };

  /** The number is read before the version: what is put in force in between is a conflict, not a version later. */
  const standingNow = async (): Promise<{ before: Policy; newest: number }> => {
    const [latest] = (await policies.list({ limit: 1 })).items;
    const before = await policies.current();
    return { before, newest: latest?.version ?? before.version };
  };

  /** Two who do this at once make the same version: the store lets one of them. */
  const add = async (
    { rules, hysteresis, resources }: PolicyDraft,
    about: { reason: string; report_only: boolean },
    { before, newest }: { before: Policy; newest: number },
    call: Call<UserCaller>,
    restored?: number,
  ): Promise<Policy> => {
    const draft = { rules, hysteresis, resources };
    const changes = diffPolicies(before, draft);
    if (changes.length === 0) {
      throw new Fault('invalid-input', `It is what version ${before.version} says already.`, {
        fix: 'Change something, or leave the policy as it is.',
      });
    }
    const policy: Policy = {
      ...draft,
      ...about,
      version: newest + 1,
      trial_ended_at: null,
      author: call.caller.rights.userEmail,
      created_at: ports.clock().toISOString(),
      changes,
    };
    await policies.add(policy);
    const details = { before: before.version, reason: about.reason, changes };
    if (restored !== undefined) {
      await tell(policy, 'in_force', call, { ...details, restored }, 'policy.restored');
    } else {
      await tell(policy, about.report_only ? 'trial_began' : 'in_force', call, details);
    }
    return policy;
  };

  return {
    'GET /api/v1/policies/current': () => policies.current(),

    'GET /api/v1/policies/standing': () => policies.standing(),

    'GET /api/v1/policies': ({ query }) => policies.list(query),

    async 'GET /api/v1/policies/diff'({ query }) {
      const [from, to] = await Promise.all([versionOf(query.from), versionOf(query.to)]);
      return { from, to, changes: diffPolicies(from, to) };
    },

    async 'GET /api/v1/policies/activity'({ query }) {
      const since = new Date(ports.clock().getTime() - query.hours * HOUR_MS);
      const { rules, ...totals } = await ports.decisions.activity(since);
      return {
        since: since.toISOString(),
        ...totals,
        rules: rules.map(({ policyVersion, ruleId, lastAt, ...counts }) => ({
          policy_version: policyVersion,
          rule_id: ruleId,
          last_at: lastAt.toISOString(),
          ...counts,
        })),
      };
    },

    async 'POST /api/v1/policies/preview'({ body }) {
      const draft = readDraft(body.policy);
      if (Array.isArray(draft)) return { findings: draft, changes: null, sessions: null };
      const { current } = await policies.standing();
      const [findings, sessions] = await Promise.all([
        review(draft),
        previewSessions(ports, current, draft),
      ]);
      return { findings, changes: diffPolicies(current, draft), sessions };
    },

    async 'PUT /api/v1/policies'({ body }, call) {
      const standing = await standingNow();
      const current = standing.before;
      if (body.based_on !== current.version) {
        throw new Fault(
          'conflict',
          `Version ${current.version} is in force; the draft was made from version ${body.based_on}.`,
          { fix: 'Look at what changed, and make the draft again from the version in force.' },
        );
      }
      await passReview(body.policy, body.accept_warnings);
      const { reason, report_only } = body;
      return add(body.policy, { reason, report_only }, standing, call);
    },

    async 'POST /api/v1/policies/restore'({ body }, call) {
      const [standing, earlier] = await Promise.all([standingNow(), versionOf(body.version)]);
      // Its warnings were accepted when it was made.
      await passReview(earlier, true);
      const about = { reason: body.reason, report_only: false };
      return add(earlier, about, standing, call, earlier.version);
    },

    async 'POST /api/v1/policies/trial/end'({ body }, call) {
      const ended = await policies.endTrial(body.version, ports.clock());
      if (!ended) {
        throw new Fault('not-found', `Version ${body.version} is not on trial.`, {
          fix: 'GET /api/v1/policies/standing says which one is.',
        });
      }
      await tell(ended, 'trial_ended', call, { reason: body.reason });
      return ended;
    },
  };
}

/** The draft, or what does not fit as findings. */
function readDraft(given: unknown): PolicyDraft | PolicyFinding[] {
  try {
    return parse(PolicyDraft, given, 'policy');
  } catch (error) {
    if (!(error instanceof Fault) || !error.issues) throw error;
    return error.issues.map((issue) => ({ ...issue, severity: 'error', fix: '' }));
  }
}
