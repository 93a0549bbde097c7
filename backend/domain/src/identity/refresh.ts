// Refresh tokens: each is used once and followed by the next of its family; a token used again ends the session.
import { Fault } from '@verity/protocol/faults';
import type { Clock } from '../kernel/ports';
import type { RecordAction } from './outward';
import type { RefreshTokens, SecretTokens, SessionRecord, Sessions } from './ports';
import type { SessionLife } from './session-life';
import { isIdle, isLive } from './session-rights';

/**
 * A page that is reloaded while it refreshes never sees the answer and asks again with the token it has. Within this
 * time it is given the same successor again, as long as nobody has used that: a thief gains nothing that the next
 * use would not reveal.
 */
const REPEAT_MS = 10_000;

export interface RefreshPorts {
  sessions: Sessions;
  refreshTokens: RefreshTokens;
  tokens: SecretTokens;
  life: Pick<SessionLife, 'end'>;
  record: RecordAction;
  clock: Clock;
  idleMinutes: number;
}

export function refreshFamily(ports: RefreshPorts) {
  const { refreshTokens, tokens, clock } = ports;

  const add = async (token: string, session: Pick<SessionRecord, 'id' | 'expiresAt'>) => {
    await refreshTokens.add({
      hash: tokens.hash(token),
      session: session.id,
      expiresAt: session.expiresAt,
    });
    return token;
  };

  const endFamily = async (session: SessionRecord['id'], address: string): Promise<Fault> => {
    await ports.record({
      actor: 'system:refresh',
      action: 'auth.refresh_reused',
      subject: `session:${session}`,
      outcome: 'failure',
      address,
      details: {},
    });
    await ports.life.end(session, {
      state: 'terminated',
      reason: 'Its refresh token was used twice: a copy of it may be in other hands.',
      by: 'system:refresh',
      address,
    });
    return new Fault(
      'refresh-reused',
      'This refresh token was used before; the session is ended.',
      {
        fix: 'Sign in again.',
      },
    );
  };

  return {
    /** The first token of a session. */
    issue: (session: SessionRecord): Promise<string> => add(tokens.make(), session),

    /**
     * Takes a token for the next one. Throws `not-signed-in` (no such token), `refresh-reused` (and ends the session),
     * or `session-ended`.
     */
    async rotate(
      token: string,
      address: string,
    ): Promise<{ session: SessionRecord; token: string }> {
      const now = clock();
      const used = await refreshTokens.use(tokens.hash(token), now);
      if (used.outcome === 'unknown') {
        throw new Fault('not-signed-in', 'There is no session to go on with.', {
          fix: 'Sign in.',
        });
      }
      const next = tokens.successor(token);
      const late = now.getTime() - used.firstUsedAt.getTime() > REPEAT_MS;
      if (used.outcome === 'reused' && late) throw await endFamily(used.session, address);

      const session = await ports.sessions.byId(used.session);
      if (!session || !isLive(session, now) || isIdle(session, ports.idleMinutes, now)) {
        throw new Fault('session-ended', 'This session has ended.', { fix: 'Sign in again.' });
      }
      try {
        await add(next, session);
      } catch (error) {
        // The same request came twice: the successor is there already.
        if (!(error instanceof Fault) || error.code !== 'conflict') throw error;
        if (!(await refreshTokens.isUnused(tokens.hash(next)))) {
          throw await endFamily(session.id, address);
        }
      }
      return { session, token: next };
    },
  };
}

export type RefreshFamily = ReturnType<typeof refreshFamily>;
