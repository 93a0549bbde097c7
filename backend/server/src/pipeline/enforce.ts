// Enforces: a decision becomes the rights of its session, on every server and socket.
import type { Delivered } from '@verity/domain/bus/ports';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { SessionLife } from '@verity/domain/identity/session-life';
import { compareEffects } from '@verity/domain/policy/decide';
import type { SessionId } from '@verity/protocol/ids';
import type { DecisionMessage } from '@verity/protocol/policy/messages';
import type { Effect } from '@verity/protocol/policy/schemas';
import { stage } from './stage';

const BY = 'system:policy';

export interface EnforceNeeds {
  life: Pick<SessionLife, 'change' | 'end' | 'rightsNow'>;
  /** Has every server process look at the rights of its sockets again. */
  rightsChanged(session: SessionId): void;
}

export function enforceStage(needs: EnforceNeeds) {
  const { life } = needs;
  const enforce = async ({ payload: decision, retry_count }: Enforceable): Promise<void> => {
    const { session_id: session } = decision;
    const rights = await life.rightsNow(session);
    // A second try of a termination goes through, to tell what the first may have left untold.
    if (!rights && retry_count === 0) return;
    const effect = dueEffect(decision, rights);
    if (!effect) return;
    const again = retry_count > 0;
    const reason = reasonOf(decision);
    if (effect === 'terminate') {
      await life.end(session, { state: 'terminated', reason, by: BY, again });
      return;
    }
    await life.change(session, { state: STATES[effect], reason, by: BY, again });
    needs.rightsChanged(session);
  };

  return stage({
    name: 'enforce',
    stream: 'stream:ai_decisions',
    group: 'group:enforce',
    writes: [],
    // Two decisions on one session must not overtake one another.
    ordered: true,
    async handle(decisions: Enforceable[]) {
      for (const wave of wavesOf(decisions)) await Promise.all(wave.map(enforce));
    },
  });
}

type Enforceable = Delivered<'stream:ai_decisions'>;

const STATES = { allow: 'active', step_up: 'step_up', restrict: 'restricted' } as const;
const EFFECT_OF = { active: 'allow', step_up: 'step_up', restricted: 'restrict' } as const;

/**
 * The effect that must still be brought about; null when there is nothing to do. A change of effect is carried out.
 * Anything else only repairs: a session that has more rights than it was decided, unless its person has proved who
 * they are since. So it never takes back what an admin asked for.
 */
export function dueEffect(
  decision: Pick<DecisionMessage, 'effect' | 'previous_effect' | 'at'>,
  rights: Pick<SessionRights, 'state' | 'stepUpAt'> | null,
): Effect | null {
  const { effect } = decision;
  if (!rights) return effect === 'terminate' ? effect : null;
  const stands = EFFECT_OF[rights.state as keyof typeof EFFECT_OF] ?? 'terminate';
  if (stands === effect) return null;
  const stricter = compareEffects(effect, stands) > 0;
  const provedSince = rights.stepUpAt !== null && rights.stepUpAt > Date.parse(decision.at);
  if (stricter) return provedSince && effect !== 'terminate' ? null : effect;
  return effect !== decision.previous_effect ? effect : null;
}

/** In words for the person it hits. */
export function reasonOf({ effect, risk_score, reasons, rule_name }: DecisionMessage): string {
  const why = reasons.length > 0 ? reasons.slice(0, 3).join('; ') : rule_name;
  const what = {
    allow: 'Back to full rights',
    step_up: 'Please prove again that it is you',
    restrict: 'This session can only read for now',
    terminate: 'This session was ended',
  }[effect];
  return `${what}: risk ${Math.round(risk_score)} of 100 (${why}).`;
}

/** Groups in which each session occurs once, in the order of its decisions. */
function wavesOf(decisions: Enforceable[]): Enforceable[][] {
  const waves: Enforceable[][] = [];
  const seen = new Map<string, number>();
  for (const decision of decisions) {
    const wave = seen.get(decision.payload.session_id) ?? 0;
    seen.set(decision.payload.session_id, wave + 1);
    (waves[wave] ??= []).push(decision);
  }
  return waves;
}
