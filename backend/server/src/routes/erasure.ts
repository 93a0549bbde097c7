// Erases what was learnt of a person, puts it on record, tells them, and gives a receipt.
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { Receipt } from '@verity/protocol/identity/privacy-routes';
import type { Journal } from '@verity/domain/audit/ports';
import type { Sessions } from '@verity/domain/identity/ports';
import type { Tell } from '@verity/domain/identity/notices';
import { livesIn } from '@verity/domain/identity/session-rights';
import type { NewId } from '@verity/domain/kernel/ports';
import type { Moments } from '@verity/domain/policy/moments';
import type { Decisions } from '@verity/domain/policy/ports';
import type { Learning } from '@verity/domain/risk/learning';

const AT_ONCE = 500;

export interface ErasurePorts {
  sessions: Pick<Sessions, 'list'>;
  decisions: Pick<Decisions, 'stripEvidence'>;
  moments: Pick<Moments, 'removeOfUser'>;
  learning: Pick<Learning, 'erase'>;
  tell: Tell;
  journal: Journal;
  newId: NewId;
}

export type Erase = ReturnType<typeof erasure>;

export function erasure(ports: ErasurePorts) {
  return async (
    user: UserId,
    { by, address }: { by: string; address: string },
    { scores, reason }: { scores: boolean; reason: string },
  ): Promise<Receipt> => {
    const sessions = await sessionsOf(ports.sessions, user);
    const erased = await ports.learning.erase(user, sessions, scores);
    // Their reasons name traits of behaviour; that they were made, and by which rule, stays.
    if (scores) {
      await ports.decisions.stripEvidence(user);
      await ports.moments.removeOfUser(user);
    }
    const receipt: Receipt = {
      id: ports.newId<string>(),
      user_id: user,
      at: erased.at.toISOString(),
      by,
      windows: erased.windows,
      models: erased.models,
      score_minutes: erased.scoreMinutes,
      sessions: sessions.ended.length + sessions.living.length,
    };
    const { user_id: _, ...details } = receipt;
    await ports.journal.record({
      actor: by,
      action: 'behaviour.erased',
      subject: `user:${user}`,
      outcome: 'success',
      address,
      details: { receipt: details, reason },
    });
    await ports.tell(user, {
      kind: 'privacy',
      title: 'Your behavioural data was erased',
      body: `${erased.windows} windows and ${erased.models} models are gone; learning begins from nothing. Receipt ${receipt.id}.`,
      link: '/privacy',
      session: null,
    });
    return receipt;
  };
}

async function sessionsOf(
  sessions: Pick<Sessions, 'list'>,
  userId: UserId,
): Promise<{ ended: SessionId[]; living: SessionId[] }> {
  const found = { ended: [] as SessionId[], living: [] as SessionId[] };
  let cursor: string | undefined;
  do {
    const page = await sessions.list({ userId, sort: 'started' }, { cursor, limit: AT_ONCE });
    for (const { id, state } of page.items) (livesIn(state) ? found.living : found.ended).push(id);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return found;
}
