// Demo data in a real MongoDB.
import { describe, expect, it } from 'vitest';
import type { AlertMessage } from '@verity/protocol/alerts/messages';
import type { DeviceId, SessionId, UserId } from '@verity/protocol/ids';
import { newId } from '../world';
import { aSession, aUser, later, now } from './scratch-records';
import { scratchStores } from './spec-stores';

const { stores, connection } = scratchStores();

describe('demo data', () => {
  /** A person with something in every collection. */
  async function aPerson(demo: boolean) {
    const id = newId<UserId>();
    const session = newId<SessionId>();
    const device = newId<DeviceId>();
    await stores().users.add(aUser({ id, demo }));
    await stores().devices.add({
      id: device,
      userId: id,
      fingerprintHash: 'f',
      label: '',
      userAgent: '',
      platform: '',
      screen: null,
      languages: [],
      trusted: false,
      firstSeenAt: now,
      lastSeenAt: now,
    });
    await stores().sessions.add(aSession({ id: session, userId: id, deviceId: device, demo }));
    await stores().refreshTokens.add({ hash: newId(), session, expiresAt: later(1000) });
    const point = { id: newId<string>(), sessionId: session, at: now, riskScore: 5 };
    await stores().riskHistory.add([{ ...point, band: 'low' }]);
    const of = { id: newId<string>(), userId: id, sessionId: session, at: now };
    await stores().behaviourWindows.add([{ ...of, modality: 'mouse', features: [1] }]);
    const model = { modality: 'mouse', version: 1, trainedAt: now, windows: 1 } as const;
    await stores().behaviourModels.add({ userId: id, ...model, artefact: '{}' });
    await stores().notifications.add({
      id: newId(),
      userId: id,
      kind: 'account',
      title: 'Welcome',
      body: '',
      link: null,
      session_id: null,
      createdAt: now,
      readAt: null,
    });
    const report: AlertMessage = {
      kind: 'user_report',
      severity: 'low',
      title: 'Not me',
      description: '',
      confidence: 1,
      at: now.toISOString(),
      group_key: session,
      session_id: session,
      user_id: id,
      sources: [],
    };
    await stores().alerts.report(newId(), newId(), report, { userEmail: null, demo });
    return { id, session };
  }

  /** Documents that name the person or the session, by collection. */
  async function tracesOf({ id, session }: { id: string; session: string }) {
    const { db } = connection();
    const traces: string[] = [];
    for (const { name } of (await db?.listCollections().toArray()) ?? []) {
      if (name === 'audit_entries') continue;
      const all = await connection().collection(name).find().toArray();
      const text = all.map((document) => JSON.stringify(document));
      if (text.some((each) => each.includes(id) || each.includes(session))) traces.push(name);
    }
    return traces.sort();
  }

  it('goes as a whole and leaves everybody else alone', async () => {
    const [demo, real] = [await aPerson(true), await aPerson(false)];
    const traces = await tracesOf(real);
    expect(await tracesOf(demo)).toEqual(traces);
    expect(traces).toHaveLength(9);
    const counts = { users: 1, sessions: 1, alerts: 1 };
    expect(await stores().demoData.count()).toEqual(counts);
    expect(await stores().demoData.remove()).toEqual(counts);
    expect(await tracesOf(demo)).toEqual([]);
    expect(await tracesOf(real)).toEqual(traces);
    expect(await stores().demoData.remove()).toEqual({ users: 0, sessions: 0, alerts: 0 });
  });
});
