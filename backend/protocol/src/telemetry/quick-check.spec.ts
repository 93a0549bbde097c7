// The quick check and the schema: a yes of the first is always a yes of the second, and nearly always the other way round.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TelemetryMessage } from './messages';
import { isBehavioralData, isTelemetryMessage } from './quick-check';
import { BehavioralData } from './schemas';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const ms = number(-600_000, 600_000);
const px = number(-100_000, 100_000);
const list = <T>(event: fc.Arbitrary<T>) => fc.array(event, { maxLength: 8 });

const good = fc.record(
  {
    seq: fc.integer({ min: 0, max: 2 ** 31 }),
    nonce: fc.stringMatching(/^[A-Za-z0-9_-]{22}$/),
    started_at: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    keystrokes: list(fc.tuple(fc.integer({ min: 0, max: 127 }), ms, number(0, 60_000))),
    mouseMovements: list(fc.tuple(ms, px, px)),
    clicks: list(fc.tuple(ms, px, px, fc.integer({ min: 0, max: 8 }), number(0, 600_000))),
    scrolls: list(fc.tuple(ms, px, px)),
    focus: list(fc.tuple(ms, fc.constantFrom(0, 1))),
    touches: list(fc.tuple(ms, px, px, fc.integer({ min: 0, max: 2 }))),
  },
  { noNullPrototype: true },
);

/** Something else at a random place. */
const spoilt = fc
  .tuple(good, fc.nat(), fc.nat(), fc.nat(), fc.anything({ withNullPrototype: true }))
  .map(([batch, field, event, part, anything]) => {
    const keys = Object.keys(batch) as (keyof typeof batch)[];
    const key = keys[field % keys.length] as keyof typeof batch;
    const value = batch[key];
    if (!Array.isArray(value) || value.length === 0) return { ...batch, [key]: anything };
    const events = value.map((each) => [...each]) as unknown[][];
    const changed = events[event % events.length] as unknown[];
    changed[part % (changed.length + 1)] = anything;
    return { ...batch, [key]: events };
  });

const agree = (value: unknown): void => {
  if (!isBehavioralData(value)) return;
  const judged = BehavioralData.safeParse(value);
  expect(judged.success).toBe(true);
  expect(judged.data).toEqual(value);
};

describe('isBehavioralData', () => {
  it('accepts every good batch, as the schema does', () => {
    fc.assert(
      fc.property(good, (batch) => {
        expect(isBehavioralData(batch)).toBe(true);
        agree(batch);
      }),
    );
  });

  it('accepts nothing that the schema refuses', () => {
    fc.assert(fc.property(spoilt, agree), { numRuns: 3_000 });
    fc.assert(fc.property(fc.anything(), agree), { numRuns: 1_000 });
    fc.assert(
      fc.property(good, fc.string(), fc.anything(), (batch, key, value) =>
        agree({ ...batch, [key]: value }),
      ),
    );
  });

  it('leaves what the schema fills in to the schema', () => {
    const { scrolls: _, ...rest } = fc.sample(good, 1)[0] ?? { scrolls: [] };
    expect(isBehavioralData(rest)).toBe(false);
    expect(BehavioralData.safeParse(rest).success).toBe(true);
  });
});

describe('isTelemetryMessage', () => {
  it('agrees with the schema about days, ids and strangers', () => {
    const text = fc.oneof(
      fc.uuid(),
      fc.string(),
      fc
        .date({ min: new Date(0), max: new Date('2100-01-01') })
        .map((date) => (Number.isNaN(date.getTime()) ? 'never' : date.toISOString())),
    );
    fc.assert(
      fc.property(good, text, text, text, (batch, session_id, user_id, received_at) => {
        const message = { session_id, user_id, received_at, batch };
        if (isTelemetryMessage(message)) expect(TelemetryMessage.parse(message)).toEqual(message);
      }),
      { numRuns: 2_000 },
    );
    const message = {
      session_id: '01890000-0000-7000-8000-000000000001',
      user_id: '01890000-0000-7000-8000-000000000002',
      received_at: '2026-11-21T10:42:22.076Z',
      batch: fc.sample(good, 1)[0],
    };
    expect(isTelemetryMessage(message)).toBe(true);
    expect(isTelemetryMessage({ ...message, more: 1 })).toBe(false);
  });
});
