// Reports: what becomes an alert, how severe it is, and what joins what.
import { describe, expect, it } from 'vitest';
import { AlertMessage } from '@verity/protocol/alerts/messages';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { RiskScore, type Band } from '@verity/protocol/risk/schemas';
import {
  busPressure,
  failedLoginBurst,
  replayedTelemetry,
  riskCrossing,
  userReport,
  type BurstTarget,
} from './reports';

const sessionId = '01960000-0000-7000-8000-000000000001' as SessionId;
const userId = '01960000-0000-7000-8000-000000000002' as UserId;
const at = new Date('2026-03-01T12:00:00.000Z');

const aScore = (risk: number, band: Band): RiskScore =>
  RiskScore.parse({
    session_id: sessionId,
    user_id: userId,
    risk_score: risk,
    log_odds: 1.5,
    band,
    model_state: 'ready',
    at: at.toISOString(),
    contributions: [
      ['prior', 'before any evidence', -4],
      ['mouse', 'a faster pointer than yours', 1.2],
      ['keystroke', 'slower between keys', 4.4],
      ['device', 'a device you trust', -0.9],
    ].map(([source, value, log_odds]) => ({
      source,
      value,
      weight: log_odds,
      log_odds,
      observed_at: at.toISOString(),
    })),
  });
const crossing = (before: Band | null, risk: number, now: Band) =>
  riskCrossing({ before, now: aScore(risk, now), userEmail: 'ada@example.org' });

describe('a rising score', () => {
  it('is reported when it enters the high or the critical band, and only then', () => {
    expect(crossing('low', 82, 'critical')?.severity).toBe('critical');
    expect(crossing('medium', 65, 'high')?.severity).toBe('high');
    expect(crossing('high', 82, 'critical')?.severity).toBe('critical');
    expect(crossing('high', 66, 'high')).toBeNull();
    expect(crossing('critical', 66, 'high')).toBeNull();
    expect(crossing('low', 40, 'medium')).toBeNull();
  });

  it('is reported when the first score is high already, as what it is', () => {
    const report = crossing(null, 65, 'high');
    expect(report?.title).toBe('Risk of ada@example.org began at 65');
    expect(report?.description).toContain('The score of this session began high (65 of 100).');
    expect(crossing(null, 40, 'medium')).toBeNull();
  });

  it('names the strongest evidence against the person first, by layer', () => {
    const report = AlertMessage.parse(crossing('low', 82, 'critical'));
    expect(report.description).toContain('slower between keys; a faster pointer than yours.');
    expect(report.description).not.toContain('trust');
    expect(report.sources.map(({ layer, model_name }) => [layer, model_name])).toEqual([
      [2, 'risk score'],
      [1, 'behaviour model, typing'],
      [1, 'behaviour model, pointer'],
    ]);
  });

  it('joins what was reported of the same session', () => {
    expect(crossing('low', 70, 'high')?.group_key).toBe(
      crossing('high', 90, 'critical')?.group_key,
    );
  });
});

describe('failed sign-ins', () => {
  const account: BurstTarget = { userId, email: 'ada@example.org' };
  const burst = (failures: number, target: BurstTarget = account) =>
    failedLoginBurst({ target, address: '192.0.2.1', failures, at });

  it('are reported at the fifth and with every doubling', () => {
    const reported = Array.from({ length: 200 }, (_, index) => index + 1).filter((failures) =>
      burst(failures),
    );
    expect(reported).toEqual([5, 10, 20, 40, 80, 160]);
  });

  it('grow in severity and confidence', () => {
    const severities = [5, 20, 160].map((failures) => burst(failures)?.severity);
    expect(severities).toEqual(['medium', 'high', 'critical']);
    expect(burst(160)?.confidence).toBeGreaterThan(burst(5)?.confidence ?? 1);
  });

  it('group by account, and by address when there is none', () => {
    expect(burst(5)?.group_key).toBe(`failed_login_burst:account:${userId}`);
    expect(burst(5, 'unknown account')).toMatchObject({
      group_key: 'failed_login_burst:unknown:192.0.2.1',
      user_id: null,
    });
    expect(burst(20, 'address')?.title).toBe('20 failed sign-ins from 192.0.2.1');
  });
});

describe('every report', () => {
  it('fits the stream', () => {
    const about = { sessionId, userId, userEmail: 'ada@example.org', at };
    const long = { ...about, userEmail: `${'a'.repeat(250)}@x.org` };
    for (const report of [
      replayedTelemetry({ ...long, address: '192.0.2.1', same: 'timing', seq: 4 }),
      userReport({ ...long, riskScore: 80 }),
      busPressure({ stream: 'stream:telemetry', length: 10, cap: 10, at }),
      riskCrossing({ before: 'low', now: aScore(90, 'critical'), userEmail: long.userEmail }),
    ]) {
      expect(AlertMessage.safeParse(report).error).toBeUndefined();
    }
  });
});
