// Routes of signing in and out, and of proving again who one is.
import { Fault } from '@verity/protocol/faults';
import type { identityRoutes } from '@verity/protocol/identity/routes';
import type { SessionRecord, UserRecord } from '@verity/domain/identity/ports';
import { newPerson } from '@verity/domain/identity/links';
import type { SignedInPerson, SignInRefused } from '@verity/domain/identity/sign-in';
import { failedStepUpSignal, stepUpSignal } from '@verity/domain/risk/signals';
import type { Call, Handler, Handlers, UserCaller } from '../http/handler';
import { reportClone } from './passkey-signals';
import { presentSession, presentUser } from './present';
import { finding, publishFailure, publishSignIn } from './sign-in-signals';
import { personOf, type IdentityPorts } from './identity-ports';

const COOKIE = 'verity_refresh';
const COOKIE_PATH = '/api/v1/auth';

type SigningInRoute = Extract<
  keyof typeof identityRoutes,
  `${string}/auth/${string}` | 'POST /api-login' | 'POST /api/v1/step-up'
>;

/** The reply of a session: its tokens, one in the body and one in the cookie. */
function signedIn(
  ports: Pick<IdentityPorts, 'access' | 'clock'>,
  user: UserRecord,
  session: SessionRecord,
  refresh: string,
  call: Call,
) {
  const maxAgeSeconds = Math.floor((session.expiresAt.getTime() - ports.clock().getTime()) / 1000);
  call.setCookie(COOKIE, refresh, { maxAgeSeconds, path: COOKIE_PATH });
  return { ...bearing(ports, session), user: presentUser(user) };
}

/** A session with a new access token, which says how strong and how old its proof is. */
function bearing({ access }: Pick<IdentityPorts, 'access'>, session: SessionRecord) {
  const { token, expiresInSeconds } = access.sign(session);
  return {
    token,
    token_type: 'Bearer' as const,
    expires_in: expiresInSeconds,
    session: presentSession(session),
  };
}

/** The reply to a sign-in that was tried, by whatever proof; what follows of it is told. Throws `wrong-credentials`. */
export async function enterOrRefuse(
  ports: IdentityPorts,
  outcome: SignedInPerson | SignInRefused,
  call: Call,
) {
  if (outcome.ok) {
    await publishSignIn(ports, outcome);
    const refresh = await ports.refresh.issue(outcome.session);
    return signedIn(ports, outcome.user, outcome.session, refresh, call);
  }
  const { address } = call;
  const { user, cloned, fault } = outcome;
  // Not awaited: what follows for an account that exists must not lengthen the answer.
  publishFailure(ports, outcome, address).catch((error: unknown) => ports.onLost(error));
  if (user && cloned) await reportClone(ports, user, cloned, address);
  throw (
    fault ??
    new Fault('wrong-credentials', 'E-mail address or password is wrong.', {
      fix: 'Check both. An admin can hand you a reset link.',
    })
  );
}

export function signingInHandlers(ports: IdentityPorts): Pick<Handlers, SigningInRoute> {
  const { journal, life } = ports;

  const login: Handler<'POST /api/v1/auth/login'> = async ({ body }, call) => {
    const { address, userAgent } = call;
    const { email, password, device: profile } = body;
    const visit = { profile, userAgent, address };
    return enterOrRefuse(
      ports,
      await ports.signIn.withPassword({ email, password, ...visit }),
      call,
    );
  };

  const refused = async (
    { rights }: UserCaller,
    { failures, fault }: { failures: number; fault: Fault },
    address: string,
  ): Promise<Fault> => {
    await journal.record({
      actor: `user:${rights.userId}`,
      action: 'auth.step_up_failed',
      subject: `session:${rights.id}`,
      outcome: 'failure',
      address,
      details: { failures },
    });
    const observations = [failedStepUpSignal(failures)];
    await ports.bus.publish(
      'stream:findings',
      finding(rights, 'step_up', observations, ports.clock()),
    );
    return fault;
  };

  return {
    'POST /api/v1/auth/login': login,
    'POST /api-login': (input, call) => login(input, call),

    async 'POST /api/v1/auth/refresh'(_input, call) {
      try {
        const token = call.cookies[COOKIE];
        if (!token) {
          throw new Fault('not-signed-in', 'There is no session to go on with.', {
            fix: 'Sign in.',
          });
        }
        const { session, token: next } = await ports.refresh.rotate(token, call.address);
        ports.seen(session.id);
        const user = await personOf(ports.users, session.userId);
        return signedIn(ports, user, session, next, call);
      } catch (error) {
        // A cookie that leads nowhere is forgotten; one that could not be looked at is kept.
        if (error instanceof Fault && error.status === 401) call.clearCookie(COOKIE, COOKIE_PATH);
        throw error;
      }
    },

    async 'POST /api/v1/auth/logout'(_input, call) {
      const { rights } = call.caller;
      const by = `user:${rights.userId}`;
      await life.end(rights.id, { state: 'logged_out', reason: 'Signed out.', by });
      await journal.record({
        actor: by,
        action: 'auth.logout',
        subject: `session:${rights.id}`,
        outcome: 'success',
        address: call.address,
        details: {},
      });
      call.clearCookie(COOKIE, COOKIE_PATH);
      return { done: true };
    },

    async 'POST /api/v1/auth/register'({ body }, { address }) {
      if (ports.registration !== 'open') {
        throw new Fault('not-allowed', 'This installation takes nobody in by themselves.', {
          fix: 'Ask an admin for an invitation.',
        });
      }
      const { email, name, password } = body;
      const passwordHash = await ports.passwords.hash(password);
      const user = newPerson(ports, { email, name, role: 'user', status: 'active', passwordHash });
      try {
        await ports.users.add(user);
      } catch (error) {
        // The answer does not tell who has an account.
        if (error instanceof Fault && error.code === 'conflict') return { done: true };
        throw error;
      }
      await journal.record({
        actor: `user:${user.id}`,
        action: 'user.registered',
        subject: `user:${user.id}`,
        outcome: 'success',
        address,
        details: { how: 'open' },
      });
      return { done: true };
    },

    async 'POST /api/v1/auth/invitation'({ body }) {
      const { kind, email, role, expiresAt } = await ports.links.look(body.token);
      return { kind, email, role, expires_at: expiresAt.toISOString() };
    },

    async 'POST /api/v1/auth/accept'({ body }, { address }) {
      const { user, kind } = await ports.links.accept(body);
      await journal.record({
        actor: `user:${user.id}`,
        action: kind === 'reset' ? 'auth.password_changed' : 'user.registered',
        subject: `user:${user.id}`,
        outcome: 'success',
        address,
        details: { how: kind },
      });
      return { done: true };
    },

    async 'POST /api/v1/auth/password'({ body }, { caller, address }) {
      const { rights } = caller;
      const user = await personOf(ports.users, rights.userId);
      await ports.proofs.checkPassword(user, body.current, address);
      const passwordHash = await ports.passwords.hash(body.next);
      await ports.users.change(user.id, { passwordHash });
      const end = {
        state: 'terminated' as const,
        reason: 'The password of the account was changed.',
        by: `user:${user.id}`,
        address,
      };
      const ended = await life.endAllOf(user.id, end, (session) => session.id !== rights.id);
      await journal.record({
        actor: `user:${user.id}`,
        action: 'auth.password_changed',
        subject: `user:${user.id}`,
        outcome: 'success',
        address,
        details: { sessions_ended: ended },
      });
      await ports.tell(user.id, {
        kind: 'account',
        title: 'Your password was changed',
        body: `Every other session was ended. If this was not you, call an admin at once.`,
        link: '/account',
        session: rights.id,
      });
      return { done: true };
    },

    async 'POST /api/v1/step-up'({ body }, { caller, address }) {
      const { rights } = caller;
      const by = `user:${rights.userId}`;
      const user = await personOf(ports.users, rights.userId);
      const result = await ports.proofs.check({ user, session: rights.id, address }, body);
      if (!result.ok) {
        if (result.cloned) await reportClone(ports, user, result.cloned, address);
        throw await refused(caller, result, address);
      }
      if (body.method === 'recovery_code') {
        await journal.record({
          actor: by,
          action: 'auth.recovery_code_used',
          subject: by,
          outcome: 'success',
          address,
          details: { left: user.recoveryCodeHashes.length - 1 },
        });
      }
      const session = await life.proveAgain(rights.id, { method: body.method, by, address });
      if (!session) {
        throw new Fault('session-ended', 'This session has ended.', { fix: 'Sign in again.' });
      }
      const observations = [stepUpSignal(body.method)];
      await ports.bus.publish(
        'stream:findings',
        finding(session, 'step_up', observations, ports.clock()),
      );
      return bearing(ports, session);
    },
  };
}
