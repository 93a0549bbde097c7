// Petitions: what may be asked, how often, and which answer suits which question.
import { Fault } from '@verity/protocol/faults';
import type {
  Petition,
  PetitionKind,
  PetitionOutcome,
} from '@verity/protocol/alerts/petition-schemas';

/** So many in a day from one person: more is not read with more care. */
export const MOST_A_DAY = 10;

const OUTCOMES: Record<PetitionKind, readonly PetitionOutcome[]> = {
  appeal: ['upheld', 'overturned'],
  baseline: ['approved', 'refused'],
};

/** What a petition is about, as a key: of each there is one open petition at most. */
export function targetOf(
  petition: Pick<Petition, 'kind' | 'user_id' | 'decision_id' | 'alert_id' | 'session_id'>,
): string {
  if (petition.kind === 'baseline') return `baseline:${petition.user_id}`;
  if (petition.decision_id) return `decision:${petition.decision_id}`;
  if (petition.alert_id) return `alert:${petition.alert_id}`;
  return `session:${petition.session_id}`;
}

/** Throws `too-fast` when the person has asked enough for a day. */
export function mustNotFlood(madeToday: number): void {
  if (madeToday < MOST_A_DAY) return;
  throw new Fault('too-fast', `You have made ${MOST_A_DAY} requests within a day.`, {
    fix: 'Wait for the answers; they come as notifications.',
    retryAfterSeconds: 3_600,
  });
}

/** Throws `invalid-input` for an answer to another question, and `not-allowed` for one to oneself. */
export function mustSuit(
  petition: Pick<Petition, 'kind' | 'user_id'>,
  outcome: PetitionOutcome,
  answererId: string,
): void {
  if (!OUTCOMES[petition.kind].includes(outcome)) {
    const asked = petition.kind === 'appeal' ? 'An appeal' : 'A baseline';
    throw new Fault('invalid-input', `${asked} cannot be ${outcome}.`, {
      fix: `Answer ${OUTCOMES[petition.kind].join(' or ')}.`,
      issues: [{ path: '/outcome', message: `must be ${OUTCOMES[petition.kind].join(' or ')}` }],
    });
  }
  if (petition.user_id === answererId) {
    throw new Fault('not-allowed', 'Nobody answers their own request.', {
      fix: 'Ask another admin to answer it.',
    });
  }
}

/** Throws `conflict`: it was answered or withdrawn meanwhile. */
export function noLongerOpen(petition: Pick<Petition, 'status'>): never {
  throw new Fault('conflict', `It is ${petition.status} already.`, { fix: 'Look at it again.' });
}

const FAVOURABLE: readonly string[] = ['overturned', 'approved'];

/** What the person is told when it is answered. */
export function sayAnswer({ kind, status, about, answer }: Petition): {
  title: string;
  body: string;
} {
  const good = FAVOURABLE.includes(status);
  if (kind === 'appeal') {
    return {
      title: good ? 'Your appeal was right' : 'Your appeal was looked at: the decision stands',
      body: `${about.replace(/\.$/, '')}. ${answer ?? ''}`.trim(),
    };
  }
  return {
    title: good ? 'Your temporary baseline has begun' : 'Your temporary baseline was refused',
    body: answer ?? '',
  };
}
