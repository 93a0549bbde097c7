// Events that are told to a job: recorded in order, each once, and never in another's name unseen.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aRun, openAuditWorld, type AuditWorld } from '../spec-audit';
import batch from './batch_record_events';
import one from './record_audit_event';

let world: AuditWorld;
beforeEach(async () => {
  world = await openAuditWorld();
});
afterEach(() => world.close());

const events = (count: number) =>
  batch.payload.parse({
    events: Array.from({ length: count }, (_, at) => ({
      action: 'policy.changed',
      subject: `policy:${at}`,
      actor: 'system:import',
      details: { at },
    })),
  });
const recorded = async () => {
  const found = [];
  for await (const { record } of world.stores.auditEntries.walk({})) found.push(record);
  return found;
};

describe('events told to a job', () => {
  it('are in the log in their order, once, though the job ran twice', async () => {
    const run = aRun();
    const first = await batch.handler(events(20), run, world.tools);
    expect(await batch.handler(events(20), { ...run, attempt: 2 }, world.tools)).toEqual(first);
    const records = await recorded();
    expect(records.map(({ subject }) => subject)).toEqual(
      Array.from({ length: 20 }, (_, at) => `policy:${at}`),
    );
    expect(records.map(({ id }) => id)).toEqual((first as { ids: string[] }).ids);
  });

  it('say who told them', async () => {
    const event = one.payload.parse({
      action: 'key.rotated',
      subject: 'key:1',
      details: { recorded_by: 'nobody' },
    });
    await one.handler(event, aRun(), world.tools);
    expect(await recorded()).toMatchObject([
      { actor: 'user:operator', outcome: 'success', details: { recorded_by: 'user:operator' } },
    ]);
  });

  it('from the future are refused before any of them is recorded', async () => {
    const { events: told } = events(2);
    const late = { ...told[1], at: new Date(Date.now() + 3_600_000).toISOString() };
    const payload = batch.payload.parse({ events: [told[0], late] });
    await expect(batch.handler(payload, aRun(), world.tools)).rejects.toMatchObject({
      code: 'from-the-future',
      message: 'Event 1 lies in the future of the job.',
    });
    expect(await recorded()).toEqual([]);
  });

  it.each([
    [{ subject: 'x:1' }, 'action'],
    [{ action: 'policy.vanished', subject: 'x:1' }, 'action'],
    [{ action: 'person.erased', subject: 'user:1' }, 'action'],
    [{ action: 'policy.changed', subject: '' }, 'subject'],
    [{ action: 'policy.changed', subject: 'x:1', more: 1 }, ''],
  ])('that do not fit are refused: %j', (event, where) => {
    const { error } = one.payload.safeParse(event);
    expect(error?.issues[0]?.path.join('.')).toBe(where);
    expect(batch.payload.safeParse({ events: [event] }).success).toBe(false);
  });

  it('come a thousand at a time at most', () => {
    expect(batch.payload.safeParse({ events: [] }).success).toBe(false);
    expect(batch.payload.safeParse({ events: events(1_000).events }).success).toBe(true);
    expect(batch.payload.safeParse({ events: [...events(1_000).events, {}] }).success).toBe(false);
  });
});
