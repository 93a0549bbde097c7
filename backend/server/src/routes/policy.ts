// Handlers of the policy routes: what is in force and on trial, its history, its review, and putting another one in force.
import { Fault } from '@verity/protocol/faults';
import { parse } from '@verity/protocol/parse';
import type { policyRoutes } from '@verity/protocol/policy/routes';
import { PolicyDraft, type Policy, type PolicyFinding } from '@verity/protocol/policy/schemas';
import type { Journal } from '@verity/domain/audit/ports';
import type { Groups, Sessions, Users } from '@verity/domain/identity/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import { diffPolicies } from '@verity/domain/policy/diff-policies';
import {
  makeVersion,
  tellOfVersion,
  versionBasis,
  type Author,
  type VersionPorts,
} from '@verity/domain/policy/make-version';
import type { Decisions, Policies } from '@verity/domain/policy/ports';
import { ROOM_AUTHENTICATED, type Announcer } from '@verity/domain/realtime/ports';
import type { LiveRisk } from '@verity/domain/risk/ports';
import type { Call, Handlers, UserCaller } from '../http/handler';
import { previewSessions } from './policy-preview';
import { reviewOver } from './policy-review';

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

const HOUR_MS = 3_600_000;

export function policyHandlers(ports: PolicyRoutePorts): Handlers<keyof typeof policyRoutes> {
  const { policies } = ports;

  const changing: VersionPorts = {
    policies,
    announcePolicy: (update) =>
      ports.announcer.announce('policy_update', [ROOM_AUTHENTICATED], update),
    record: (entry) => ports.journal.record(entry),
    onPolicyChanged: () => ports.onPolicyChanged(),
    clock: ports.clock,
  };

  const review = reviewOver(ports);

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
      const standing = await versionBasis(changing);
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
      const about = { reason, report_only, by: authorOf(call) };
      return makeVersion(body.policy, about, standing, changing);
    },

    async 'POST /api/v1/policies/restore'({ body }, call) {
      const [standing, earlier] = await Promise.all([
        versionBasis(changing),
        versionOf(body.version),
      ]);
      // Its warnings were accepted when it was made.
      await passReview(earlier, true);
      const about = {
        reason: body.reason,
        report_only: false,
        by: authorOf(call),
        details: { restored: earlier.version },
        action: 'policy.restored',
      } as const;
      return makeVersion(earlier, about, standing, changing);
    },

    async 'POST /api/v1/policies/trial/end'({ body }, call) {
      const ended = await policies.endTrial(body.version, ports.clock());
      if (!ended) {
        throw new Fault('not-found', `Version ${body.version} is not on trial.`, {
          fix: 'GET /api/v1/policies/standing says which one is.',
        });
      }
      const about = { by: authorOf(call), details: { reason: body.reason } };
      await tellOfVersion(ended, 'trial_ended', about, changing);
      return ended;
    },
  };
}

export const authorOf = ({ caller: { rights }, address }: Call<UserCaller>): Author => ({
  actor: `user:${rights.userId}`,
  author: rights.userEmail,
  address,
});

/** The draft, or what does not fit as findings. */
function readDraft(given: unknown): PolicyDraft | PolicyFinding[] {
  try {
    return parse(PolicyDraft, given, 'policy');
  } catch (error) {
    if (!(error instanceof Fault) || !error.issues) throw error;
    return error.issues.map((issue) => ({ ...issue, severity: 'error', fix: '' }));
  }
}
