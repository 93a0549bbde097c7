// The intake on a real Redis: what is new gets in once, in order, and everything else is told why not.
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TELEMETRY_LIMITS } from '@verity/protocol/telemetry/schemas';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { newId, systemClock } from '../world';
import { openEntry } from './bus/envelope';
import {
  createTelemetryIntake,
  type AcceptedBatch,
  type TelemetryIntakeOptions,
} from './telemetry-intake';
import { openTestRedis, person, session, type TestRedis } from './testing';

let test: TestRedis;
beforeEach(async () => {
  test = await openTestRedis();
});
afterEach(async () => {
  await test.close();
});

const open = (options: Partial<TelemetryIntakeOptions> = {}) =>
  createTelemetryIntake({
    redis: test.redis,
    clock: systemClock,
    newId,
    producerId: 'spec',
    ...options,
  });

function batch(seq: number, changes: Partial<AcceptedBatch> = {}): AcceptedBatch {
  const nonce = changes.nonce ?? randomBytes(16).toString('base64url');
  return {
    sessionId: session,
    userId: person,
    seq,
    nonce,
    digest: randomBytes(32),
    digestCounts: { keystrokes: 8, movements: 0 },
    message: {
      session_id: session,
      user_id: person,
      received_at: new Date().toISOString(),
      batch: {
        seq,
        nonce,
        started_at: Date.now(),
        keystrokes: [[1, 0, 90]],
        mouseMovements: [],
        clicks: [],
        scrolls: [],
        focus: [],
        touches: [],
      },
    },
    ...changes,
  };
}

const length = (): Promise<number> => test.redis.commands.xlen('stream:telemetry');

describe('accept', () => {
  it('puts new batches into their stream in order and knows the next number', async () => {
    const intake = open();
    expect(await intake.nextSeq(session)).toBe(0);
    const ids = await Promise.all(
      Array.from({ length: 250 }, (_, seq) => intake.accept(batch(seq))),
    );
    const entries = await test.redis.commands.xrange('stream:telemetry', '-', '+');
    expect(entries.map(([id]) => id)).toEqual(ids);
    const seqs = entries.map((entry) => openEntry('stream:telemetry', entry).payload.batch.seq);
    expect(seqs).toEqual(Array.from({ length: 250 }, (_, seq) => seq));
    expect(await intake.nextSeq(session)).toBe(250);
  });

  it('calls the very same batch a duplicate and stores it once', async () => {
    const intake = open();
    const first = batch(0);
    await intake.accept(first);
    await expect(intake.accept(first)).rejects.toMatchObject({ code: 'duplicate' });
    expect(await length()).toBe(1);
  });

  it('settles a batch that comes twice in one step', async () => {
    const intake = open();
    const first = batch(0);
    const results = await Promise.allSettled([intake.accept(first), intake.accept(first)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await length()).toBe(1);
  });

  it('calls a known nonce with other content, or another number, a replay', async () => {
    const intake = open();
    const first = batch(0);
    await intake.accept(first);
    const other = batch(0, { nonce: first.nonce });
    await expect(intake.accept(other)).rejects.toMatchObject({ code: 'replayed' });
    const later = batch(1, { nonce: first.nonce, digest: first.digest });
    await expect(intake.accept(later)).rejects.toMatchObject({ code: 'replayed' });
    expect(await length()).toBe(1);
  });

  it('recognises timings of the same person in another session, when they say enough', async () => {
    const intake = open();
    const digest = randomBytes(32);
    await intake.accept(batch(0, { digest }));
    const elsewhere = { sessionId: newId<SessionId>(), digest };
    await expect(intake.accept(batch(0, elsewhere))).rejects.toMatchObject({ code: 'replayed' });
    const somebodyElse = { ...elsewhere, userId: newId<UserId>() };
    await expect(intake.accept(batch(0, somebodyElse))).resolves.toMatch(/^\d+-\d+$/);
    const quiet = { digestCounts: { keystrokes: 4, movements: 9 }, digest: new Uint8Array(32) };
    await intake.accept(batch(1, quiet));
    await expect(intake.accept(batch(2, quiet))).resolves.toMatch(/^\d+-\d+$/);
  });

  it('forgets timings after the memory, and not before', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    const intake = open({ clock: () => now, replayMemoryMinutes: 10 });
    const digest = randomBytes(32);
    await intake.accept(batch(0, { digest }));
    now = new Date('2026-01-01T00:19:00Z');
    await expect(intake.accept(batch(1, { digest }))).rejects.toMatchObject({ code: 'replayed' });
    now = new Date('2026-01-01T00:20:00Z');
    await expect(intake.accept(batch(1, { digest }))).resolves.toMatch(/^\d+-\d+$/);
  });

  it('takes what comes late or leaves gaps inside of the order window, and nothing outside', async () => {
    const intake = open();
    const { orderWindow } = TELEMETRY_LIMITS;
    await intake.accept(batch(1_000));
    await intake.accept(batch(1_000 - orderWindow + 1));
    const refused = { code: 'out-of-order' };
    await expect(intake.accept(batch(1_000 - orderWindow))).rejects.toMatchObject(refused);
    await expect(intake.accept(batch(1_001 + orderWindow))).rejects.toMatchObject(refused);
    await intake.accept(batch(1_000 + orderWindow));
    expect(await intake.nextSeq(session)).toBe(1_001 + orderWindow);
  });

  it('remembers at least the last 512 batches of a session, in bounded memory', async () => {
    const intake = open();
    const many = Array.from({ length: 1_600 }, (_, seq) => batch(seq));
    for (let at = 0; at < many.length; at += 100) {
      await Promise.all(many.slice(at, at + 100).map((one) => intake.accept(one)));
    }
    const { commands } = test.redis;
    const sets = await commands.keys(`${test.prefix}intake:${session}:*`);
    expect(sets.map((key) => key.split(':').slice(-2).join(':')).sort()).toEqual([
      'batches:2',
      'batches:3',
      'nonces:2',
      'nonces:3',
    ]);
    expect(await commands.object('ENCODING', `intake:${session}:nonces:2`)).toBe('intset');
    for (const known of [many.at(-1)!, many.at(-512)!]) {
      await expect(intake.accept(known)).rejects.toMatchObject({ code: 'duplicate' });
    }
  });

  it('pushes back at the cap, after which the very same batch is welcome', async () => {
    const intake = open({ cap: 1 });
    await intake.accept(batch(0));
    const next = batch(1);
    await expect(intake.accept(next)).rejects.toMatchObject({ code: 'back-pressure' });
    await test.redis.commands.xtrim('stream:telemetry', 'MAXLEN', 0);
    await expect(intake.accept(next)).resolves.toMatch(/^\d+-\d+$/);
  });
});
