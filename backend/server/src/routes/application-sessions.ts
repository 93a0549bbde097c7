// Handlers with which an application hands over the sessions of its users and asks about them.
import { Fault } from '@verity/protocol/faults';
import type { ApplicationSession, CollectorGrant } from '@verity/protocol/applications/schemas';
import type { applicationSessionRoutes } from '@verity/protocol/applications/session-routes';
import type { ApplicationDirectory } from '@verity/domain/applications/directory';
import type { ApplicationRecord } from '@verity/domain/applications/ports';
import type { Bus } from '@verity/domain/bus/ports';
import type { handOver } from '@verity/domain/identity/hand-over';
import type {
  CollectorTokens,
  SessionRecord,
  SessionRights,
  Sessions,
} from '@verity/domain/identity/ports';
import type { SessionLife } from '@verity/domain/identity/session-life';
import { isLive, livesIn } from '@verity/domain/identity/session-rights';
import type { Clock } from '@verity/domain/kernel/ports';
import { compareEffects } from '@verity/domain/policy/decide';
import { failedStepUpSignal, stepUpSignal } from '@verity/domain/risk/signals';
import type { Effect } from '@verity/protocol/policy/schemas';
import { actorOf, type Caller, type Handlers } from '../http/handler';
import type { Asked, RequestVerdict } from '../http/ports';
import { applicationOf, seenBy } from './own-sessions';
import { finding, publishSignIn, type SignalPorts } from './sign-in-signals';

/** A proof may have been given so long ago, and its clock may be ahead by so much. */
const PROOF_AGE_MS = 5 * 60_000;
const CLOCK_AHEAD_MS = 30_000;

export interface ApplicationSessionPorts extends SignalPorts {
  directory: Pick<ApplicationDirectory, 'byId'>;
  sessions: Pick<Sessions, 'byId' | 'liveOfUser'>;
  handOver: ReturnType<typeof handOver>;
  life: Pick<SessionLife, 'end' | 'proveAgain' | 'rightsNow'>;
  collector: CollectorTokens;
  bus: Pick<Bus, 'publish'>;
  decideRequest(rights: SessionRights, asked: Asked): Promise<RequestVerdict>;
  seen(session: SessionRecord['id']): void;
  publicUrl: string;
  clock: Clock;
}

/** No host name: nothing that the policy names has it. */
const NO_HOST = '-';

const EFFECT_OF = { active: 'allow', step_up: 'step_up', restricted: 'restrict' } as const;

const stricter = (a: Effect, b: Effect): Effect => (compareEffects(a, b) >= 0 ? a : b);

export const presentApplicationSession = (session: SessionRecord): ApplicationSession => ({
  id: session.id,
  external_user_id: session.externalUserId ?? '',
  state: session.state,
  state_reason: session.stateReason,
  risk_score: session.riskScore,
  band: session.band,
  acr: session.acr,
  last_proof_at: session.stepUpAt?.toISOString() ?? null,
  started_at: session.startedAt.toISOString(),
  last_seen_at: session.lastSeenAt.toISOString(),
  ended_at: session.endedAt?.toISOString() ?? null,
  expires_at: session.expiresAt.toISOString(),
});

export function applicationSessionHandlers(
  ports: ApplicationSessionPorts,
): Pick<Handlers, keyof typeof applicationSessionRoutes> {
  const { life } = ports;

  const holderOf = async (caller: Caller): Promise<ApplicationRecord> => {
    const id = applicationOf(caller);
    const application = id ? await ports.directory.byId(id) : null;
    if (application) return application;
    throw new Fault('not-allowed', 'This key belongs to no application.', {
      fix: 'Use a key that was made for an application.',
    });
  };

  const ownSession = async (caller: Caller, id: SessionRecord['id']): Promise<SessionRecord> => {
    await holderOf(caller);
    return seenBy(caller, await ports.sessions.byId(id));
  };

  const grant = (session: SessionRecord, application: ApplicationRecord): CollectorGrant => {
    const { token, expiresInSeconds } = ports.collector.signCollector(session, application.id);
    const expiresAt = new Date(ports.clock().getTime() + expiresInSeconds * 1000);
    return {
      token,
      expires_at: expiresAt.toISOString(),
      url: ports.publicUrl,
      script: `${ports.publicUrl}/collector.js`,
    };
  };

  const ended = (session: SessionRecord): Fault =>
    new Fault('session-ended', session.stateReason ?? 'This session has ended.', {
      fix: 'Sign the user out, and hand over a new session after they have signed in again.',
    });

  return {
    async 'POST /api/v1/sessions'({ body }, call) {
      const application = await holderOf(call.caller);
      const person = await ports.handOver(application, body, actorOf(call.caller));
      await publishSignIn(ports, person);
      return {
        session: presentApplicationSession(person.session),
        collector: grant(person.session, application),
      };
    },

    async 'POST /api/v1/sessions/:id/token'({ params }, { caller }) {
      const session = await ownSession(caller, params.id);
      if (!isLive(session, ports.clock())) throw ended(session);
      return grant(session, await holderOf(caller));
    },

    async 'DELETE /api/v1/sessions/:id'({ params }, { caller }) {
      const session = await ownSession(caller, params.id);
      if (!livesIn(session.state)) return presentApplicationSession(session);
      const after = await life.end(session.id, {
        state: 'logged_out',
        reason: 'Signed out of the application.',
        by: actorOf(caller),
      });
      return presentApplicationSession(after ?? session);
    },

    async 'POST /api/v1/sessions/:id/proof'({ params, body }, { caller }) {
      const session = await ownSession(caller, params.id);
      if (!isLive(session, ports.clock())) throw ended(session);
      checkAge(body.at, ports.clock());
      const by = actorOf(caller);
      const after = body.passed
        ? await life.proveAgain(session.id, { method: body.method, by })
        : session;
      if (!after) throw ended(session);
      const observation = body.passed ? stepUpSignal(body.method) : failedStepUpSignal(1);
      await ports.bus.publish(
        'stream:findings',
        finding(after, 'step_up', [observation], ports.clock()),
      );
      return presentApplicationSession(after);
    },

    async 'POST /api/v1/sessions/:id/decision'({ params, body }, { caller, requestId }) {
      const application = await holderOf(caller);
      const rights = await life.rightsNow(params.id);
      const at = ports.clock().toISOString();
      if (!rights || rights.applicationId !== applicationOf(caller)) {
        // Ended or never there: the store of record knows which, and whose it was.
        const session = await ownSession(caller, params.id);
        const verdict = { reasons: [ended(session).message], rule_id: 'ended', policy_version: 0 };
        return {
          ...verdict,
          session_id: session.id,
          effect: 'terminate',
          rule_name: 'The session has ended',
          sensitivity: body.sensitivity ?? 'low',
          risk_score: session.riskScore,
          band: session.band,
          at,
        };
      }
      ports.seen(rights.id);
      const verdict = await ports.decideRequest(rights, {
        ...askedFor(application, body.resource),
        requestId,
        route: 'POST /api/v1/sessions/:id/decision',
        address: body.address ?? rights.address,
        sensitivity: body.sensitivity ?? 'low',
      });
      const stands = EFFECT_OF[rights.state as keyof typeof EFFECT_OF];
      const effect = stricter(verdict.effect, stands);
      if (effect === 'terminate') {
        const reason = verdict.reasons[0] ?? verdict.ruleName;
        await life.end(rights.id, { state: 'terminated', reason, by: 'system:policy' });
      }
      const standsAlone = effect !== verdict.effect && rights.stateReason !== null;
      return {
        session_id: rights.id,
        effect,
        reasons: standsAlone ? [rights.stateReason as string] : verdict.reasons,
        rule_id: verdict.ruleId,
        rule_name: verdict.ruleName,
        policy_version: verdict.policyVersion,
        sensitivity: verdict.sensitivity,
        risk_score: verdict.risk?.score ?? null,
        band: verdict.risk?.band ?? null,
        at,
      };
    },
  };
}

/** A resource without a host is one of the application's first origin; without a resource the policy names none. */
function askedFor(
  { origins: [first] }: ApplicationRecord,
  resource: { host: string; method: string; path: string } | undefined,
): Pick<Asked, 'host' | 'method' | 'path'> {
  if (!resource) return { host: NO_HOST, method: 'GET', path: '/' };
  return { ...resource, host: resource.host || (first ? new URL(first).host : NO_HOST) };
}

function checkAge(at: string | undefined, now: Date): void {
  if (at === undefined) return;
  const ageMs = now.getTime() - Date.parse(at);
  if (ageMs < -CLOCK_AHEAD_MS) {
    throw new Fault('from-the-future', 'The proof lies in the future.', {
      fix: 'Correct the clock of the application, or leave `at` out.',
    });
  }
  if (ageMs > PROOF_AGE_MS) {
    throw new Fault('too-late', 'The proof was given more than five minutes ago.', {
      fix: 'Have the user prove it again, and hand the proof over at once.',
    });
  }
}
