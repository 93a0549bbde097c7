// Attacks: what honeypots and other sensors saw an attacker do.
import { z } from 'zod';
import { Instant } from '../ids';
import { Severity } from '../alerts/schemas';
import { FacilityId } from '../network/schemas';

export const AttackEvent = z.strictObject({
  /** Made by the sensor: the same event sent again counts once. */
  event_id: z.uuid({ error: 'must be a UUID' }),
  /** Name of the sensor, e.g. "honeypot-1". */
  sensor: z.string().trim().min(1).max(100),
  /** Where the sensor stands; null when it stands at no facility. */
  facility_id: FacilityId.nullable(),
  /** Address of the attacker. */
  source_address: z.union([z.ipv4(), z.ipv6()], { error: 'must be an IP address' }),
  /** What was attacked, e.g. "ssh". */
  protocol: z.string().trim().min(1).max(40),
  /** What the attacker did, e.g. "sudo rm -rf /". */
  action: z.string().trim().min(1).max(1000),
  /** ATT&CK technique, when the sensor knows it. */
  technique: z
    .string()
    .regex(/^T\d{4}(\.\d{3})?$/, 'must be an ATT&CK technique such as T1110.001')
    .nullable(),
  severity: Severity,
  observed_at: Instant,
});
export type AttackEvent = z.infer<typeof AttackEvent>;
