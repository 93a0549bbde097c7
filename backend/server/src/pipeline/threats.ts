// Threats: an attack that a sensor saw becomes an alert, and evidence against the sessions near it.
import type { Delivered } from '@verity/domain/bus/ports';
import { attackReport, threatSignal } from '@verity/domain/attack/nearby';
import type { SessionRecord, Sessions } from '@verity/domain/identity/ports';
import type { AttackEvent } from '@verity/protocol/attack/schemas';
import { stage } from './stage';

/** Sessions at a facility that one attack speaks of; more are too many for it to mean anything. */
const MOST_NEAR = 500;

export function threatsStage(needs: { sessions: Pick<Sessions, 'liveNear'> }) {
  const findings = async (attack: AttackEvent) => {
    const near = async (place: 'address' | 'facility', of: string | null) => {
      const observation = of === null ? null : threatSignal(attack, place);
      if (!observation || of === null) return [];
      const sessions = await needs.sessions.liveNear({ [place]: of }, MOST_NEAR);
      return sessions.map((session) => ({ session, observation }));
    };
    const told = new Map<
      string,
      { session: SessionRecord; observation: NonNullable<ReturnType<typeof threatSignal>> }
    >();
    // Whoever is at the attacker's address is told of that, the stronger of the two.
    for (const each of await near('facility', attack.facility_id)) told.set(each.session.id, each);
    for (const each of await near('address', attack.source_address))
      told.set(each.session.id, each);
    return Array.from(told.values(), ({ session, observation }) => ({
      stream: 'stream:findings' as const,
      payload: {
        session_id: session.id,
        user_id: session.userId,
        observed_at: attack.observed_at,
        cause: 'threat' as const,
        observations: [observation],
      },
    }));
  };

  return stage({
    name: 'threats',
    stream: 'stream:attacks',
    group: 'group:threats',
    writes: ['stream:findings', 'stream:alerts'],
    ordered: true,
    async handle(messages: Delivered<'stream:attacks'>[]) {
      const publish = [];
      for (const { payload } of messages) {
        publish.push(
          { stream: 'stream:alerts' as const, payload: attackReport(payload) },
          ...(await findings(payload)),
        );
      }
      return { publish };
    },
  });
}
