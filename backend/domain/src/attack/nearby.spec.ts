// What an attack says of sessions near it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SEVERITIES } from '@verity/protocol/alerts/schemas';
import { AlertMessage } from '@verity/protocol/alerts/messages';
import type { AttackEvent } from '@verity/protocol/attack/schemas';
import { attackReport, threatSignal } from './nearby';

const attack: AttackEvent = {
  event_id: '0199a5b0-0000-7000-8000-000000000001',
  sensor: 'honeypot-1',
  facility_id: 'plant-a',
  source_address: '198.51.100.7',
  protocol: 'ssh',
  action: 'sudo rm -rf /',
  technique: 'T1485',
  severity: 'high',
  observed_at: '2026-11-21T12:00:00.000Z',
};

describe('an attack', () => {
  it('says more of its own address than of its neighbours, and more the graver it is', () => {
    let before = 0;
    for (const severity of SEVERITIES) {
      const address = threatSignal({ ...attack, severity }, 'address')!.weight;
      const facility = threatSignal({ ...attack, severity }, 'facility')?.weight ?? 0;
      expect(address).toBeGreaterThan(before);
      expect(facility).toBeLessThan(address / 2);
      before = address;
    }
    expect(threatSignal({ ...attack, severity: 'low' }, 'facility')).toBeNull();
  });

  it('is one alert an address, which every attack fits into', () => {
    const action = fc.string({ minLength: 1, maxLength: 1000 });
    fc.assert(
      fc.property(action, fc.constantFrom(...SEVERITIES), (text, severity) => {
        const report = attackReport({ ...attack, action: text, severity });
        expect(AlertMessage.safeParse(report).success).toBe(true);
        expect(report.group_key).toBe(attackReport(attack).group_key);
      }),
    );
  });
});
