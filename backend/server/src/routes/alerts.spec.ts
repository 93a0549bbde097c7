// Working on alerts that are kept in a real MongoDB.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertId } from '@verity/protocol/ids';
import type { Alert, AlertStatus } from '@verity/protocol/alerts/schemas';
import { mongoRepositories, type Repositories } from '@verity/adapters/mongo/repositories';
import { scratchDatabase, type ScratchDatabase } from '@verity/adapters/mongo/scratch';
import { newId, systemClock } from '@verity/adapters/world';
import { alertHandlers } from './alerts';
import { callByAdmin, listening } from './scratch-call';

let database: ScratchDatabase;
let store: Repositories;
beforeAll(async () => {
  database = await scratchDatabase();
  store = mongoRepositories(database.connection, { clock: systemClock });
});
afterAll(() => database.drop());

async function anAlert(): Promise<Alert> {
  const report = {
    kind: 'risk_crossing' as const,
    severity: 'high' as const,
    title: 'Risk rose',
    description: '',
    confidence: 0.7,
    at: new Date().toISOString(),
    group_key: newId<string>(),
    session_id: null,
    user_id: null,
    sources: [],
  };
  const about = { userEmail: null, demo: false };
  return (await store.alerts.report(newId<AlertId>(), newId(), report, about)).alert;
}

function desk() {
  const heard = listening();
  const handlers = alertHandlers({ ...heard, alerts: store.alerts, clock: systemClock });
  const query = undefined;
  const patch = (id: AlertId, body: { status?: AlertStatus; assignee?: string | null }) =>
    handlers['PATCH /api/alerts/:id']({ params: { id }, query, body }, callByAdmin().call);
  const bulk = (ids: AlertId[], status: AlertStatus) =>
    handlers['POST /api/alerts/bulk'](
      { params: undefined, query, body: { ids, status } },
      callByAdmin().call,
    );
  return { heard, handlers, patch, bulk };
}

describe('an alert', () => {
  it('moves through its workflow; everybody at the queue sees it, and it is on record', async () => {
    const { heard, patch } = desk();
    const { id } = await anAlert();
    const moved = await patch(id, { status: 'acknowledged', assignee: 'admin@example.org' });
    expect(moved).toMatchObject({ status: 'acknowledged', assignee: 'admin@example.org' });
    expect(heard.announced).toMatchObject([
      { event: 'threat_alert', rooms: ['alerts'], payload: { change: 'updated', alert: { id } } },
    ]);
    expect(heard.recorded).toMatchObject([
      {
        action: 'alert.changed',
        subject: `alert:${id}`,
        details: { status_before: 'open', status: 'acknowledged' },
      },
    ]);
    expect(await patch(id, { assignee: null })).toMatchObject({ assignee: null });
  });

  it('does not leave its workflow', async () => {
    const { heard, patch } = desk();
    const { id } = await anAlert();
    await patch(id, { status: 'resolved' });
    await expect(patch(id, { status: 'investigating' })).rejects.toMatchObject({
      code: 'conflict',
      fix: 'It may become open.',
    });
    expect(heard.announced).toHaveLength(1);
    await expect(patch(id, {})).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(patch(newId(), { status: 'open' })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('carries notes with their author', async () => {
    const { handlers } = desk();
    const { id } = await anAlert();
    const add = (text: string) =>
      handlers['POST /api/alerts/:id/notes'](
        { params: { id }, query: undefined, body: { text } },
        callByAdmin('eve@example.org').call,
      );
    await Promise.all([add('one'), add('two')]);
    const alert = await add('three');
    expect(alert.notes).toHaveLength(3);
    expect(alert.notes[2]).toMatchObject({ author: 'eve@example.org', text: 'three' });
  });
});

describe('many alerts', () => {
  it('are moved where the workflow allows it, each told and recorded once', async () => {
    const { heard, patch, bulk } = desk();
    const [closed, one, other] = [await anAlert(), await anAlert(), await anAlert()];
    await patch(closed.id, { status: 'false_positive' });
    heard.announced.length = heard.recorded.length = 0;
    const ids = [closed.id, one.id, other.id, other.id, newId<AlertId>()];
    expect(await bulk(ids, 'investigating')).toEqual({ changed: 2 });
    expect(heard.announced).toHaveLength(2);
    expect(heard.recorded.map(({ subject }) => subject).sort()).toEqual(
      [`alert:${one.id}`, `alert:${other.id}`].sort(),
    );
    expect(await store.alerts.byId(closed.id)).toMatchObject({ status: 'false_positive' });
  });
});
