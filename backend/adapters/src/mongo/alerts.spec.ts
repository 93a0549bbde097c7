// Alerts in a real MongoDB.
import { describe, expect, it } from 'vitest';
import type { AlertMessage } from '@verity/protocol/alerts/messages';
import type { AlertId, SessionId, UserId } from '@verity/protocol/ids';
import { newId } from '../world';
import type { Repositories } from './repositories';
import { scratchStores } from './spec-stores';
import { later, now } from './scratch-records';

const { stores } = scratchStores();

describe('alerts', () => {
  const aReport = (changes: Partial<AlertMessage> = {}): AlertMessage => ({
    kind: 'risk_crossing',
    severity: 'high',
    title: 'Risk rose',
    description: 'It rose.',
    confidence: 0.7,
    at: now.toISOString(),
    group_key: newId<string>(),
    session_id: newId<SessionId>(),
    user_id: null,
    sources: [
      { layer: 1, model_name: 'm', confidence: 0.5, context_evidence: { 'a.b': 1, $c: 2 } },
    ],
    ...changes,
  });
  const about = { userEmail: 'ada@example.org', demo: false };
  const report = (message: AlertMessage, messageId = newId<string>()) =>
    stores().alerts.report(newId<AlertId>(), messageId, message, about);

  it('of one group are one, reported at once by many or not, and a message counts once', async () => {
    const message = aReport();
    const ids = Array.from({ length: 10 }, () => newId<string>());
    const outcomes = await Promise.all(ids.map((id) => report(message, id)));
    expect(outcomes.filter(({ change }) => change === 'new')).toHaveLength(1);
    expect(new Set(outcomes.map(({ alert }) => alert.id)).size).toBe(1);
    const again = await report({ ...message, severity: 'critical', confidence: 0.1 }, ids[3]);
    expect(again).toMatchObject({ change: 'none', alert: { count: 10, severity: 'high' } });
    const worse = await report({ ...message, severity: 'critical', confidence: 0.1 });
    expect(worse).toMatchObject({
      change: 'repeated',
      alert: { count: 11, severity: 'critical', confidence: 0.7, user_email: 'ada@example.org' },
    });
    expect(worse.alert.sources[0]).toEqual(message.sources[0]);
  });

  it('that were closed leave room for a new one, and cannot be opened beside it', async () => {
    const message = aReport();
    const { alert } = await report(message);
    await stores().alerts.change(alert.id, { status: 'resolved', from: 'open' }, later(1));
    const next = await report(message);
    expect(next.change).toBe('new');
    expect(next.alert.id).not.toBe(alert.id);
    await expect(
      stores().alerts.change(alert.id, { status: 'open', from: 'resolved' }, later(2)),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  it('are moved by the first of two who saw the same status', async () => {
    const { alert } = await report(aReport());
    const move = () =>
      stores().alerts.change(alert.id, { status: 'acknowledged', from: 'open' }, later(1));
    const outcomes = await Promise.allSettled([move(), move(), move()]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const note = { at: later(5), author: 'admin@example.org', text: 'Looking' };
    expect(await stores().alerts.addNote(alert.id, note)).toMatchObject({
      status: 'acknowledged',
      notes: [{ author: 'admin@example.org', at: later(5).toISOString() }],
    });
    await expect(stores().alerts.addNote(newId(), note)).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('are found by filter, and moved many at once where the workflow allows', async () => {
    const userId = newId<UserId>();
    const made = [];
    for (const severity of ['low', 'critical', 'high'] as const) {
      made.push((await report(aReport({ severity, user_id: userId }))).alert);
    }
    const ids = made.map(({ id }) => id);
    await stores().alerts.change(ids[0] as AlertId, { status: 'false_positive' }, now);
    const changed = await stores().alerts.changeMany(ids, 'acknowledged', ['open'], later(1));
    expect(changed.map(({ id }) => id)).toEqual(ids.slice(1));
    const find = async (filter: Parameters<Repositories['alerts']['list']>[0]) =>
      (await stores().alerts.list({ userId, ...filter }, { limit: 10 })).total;
    expect(await find({})).toBe(3);
    expect(await find({ status: ['acknowledged'], severity: ['critical', 'low'] })).toBe(1);
    expect(await find({ kind: ['user_report'] })).toBe(0);
    expect(await find({ q: 'RISK' })).toBe(3);
    const worst = await stores().alerts.mostSevereOpen(100);
    expect(worst.length).toBe(await stores().alerts.countOpen());
    const rank = worst.map(({ severity }) =>
      ['low', 'medium', 'high', 'critical'].indexOf(severity),
    );
    expect(rank).toEqual(rank.toSorted((a, b) => b - a));
  });
});
