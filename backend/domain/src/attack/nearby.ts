// An attack and the sessions near it: what it says of a session from the attacker's address, and of one at the facility.
import type { AlertMessage } from '@verity/protocol/alerts/messages';
import type { AttackEvent } from '@verity/protocol/attack/schemas';
import type { Observation } from '@verity/protocol/risk/messages';
import type { Severity } from '@verity/protocol/alerts/schemas';

/** Natural log-odds for a session from the very address that attacked. Judgements: there is no data on them. */
const SAME_ADDRESS: Record<Severity, number> = { low: 0.4, medium: 0.9, high: 1.6, critical: 2.5 };
/** A neighbour of the attacked is not the attacker: only what is grave tells, and little. */
const SAME_FACILITY: Partial<Record<Severity, number>> = { high: 0.2, critical: 0.4 };

/** Null when the attack says nothing of sessions that are only at the same facility. */
export function threatSignal(
  attack: Pick<AttackEvent, 'severity' | 'technique' | 'protocol'>,
  near: 'address' | 'facility',
): Observation | null {
  const weight =
    near === 'address' ? SAME_ADDRESS[attack.severity] : SAME_FACILITY[attack.severity];
  if (weight === undefined) return null;
  const what = attack.technique ? `an attack (${attack.technique})` : 'an attack';
  return {
    source: 'threat',
    mode: 'set',
    weight,
    value:
      near === 'address'
        ? `${what} over ${attack.protocol} came from this address`
        : `${what} over ${attack.protocol} is under way at this facility`,
  };
}

/** How sure a sensor is that nobody meant well: decoys have no honest visitors. */
const CONFIDENCE = 0.95;

/** Attacks from one address are one alert while it is open. */
export const attackReport = (attack: AttackEvent): AlertMessage => ({
  kind: 'attack',
  severity: attack.severity,
  title: `Attack over ${attack.protocol} from ${attack.source_address}`.slice(0, 200),
  description:
    `The sensor ${attack.sensor}${attack.facility_id ? ` at ${attack.facility_id}` : ''} saw: ` +
    `${attack.action}${attack.technique ? ` (${attack.technique})` : ''}`,
  confidence: CONFIDENCE,
  at: attack.observed_at,
  group_key: `attack:${attack.facility_id ?? ''}:${attack.source_address}`,
  facility_id: attack.facility_id,
  session_id: null,
  user_id: null,
  sources: [
    {
      layer: 0,
      model_name: `sensor: ${attack.sensor}`,
      confidence: CONFIDENCE,
      context_evidence: {
        source_address: attack.source_address,
        action: attack.action,
        technique: attack.technique,
        observed_at: attack.observed_at,
      },
    },
  ],
});
