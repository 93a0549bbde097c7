// What is recorded comes to the chain: the real log, book, leases and contract, by two workers at once.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openTestRedis, type TestRedis } from '@verity/adapters/redis/testing';
import { anchoringOfWorld } from '../spec-anchoring';
import { anAuditRecord, aRun, openAuditWorld, type AuditWorld } from '../spec-audit';
import type { Tools } from '../tools';
import task from './sync_audit_trail';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let world: AuditWorld;
let redis: TestRedis;
const closing: (() => unknown)[] = [];
beforeEach(async () => {
  [world, redis] = [await openAuditWorld(), await openTestRedis()];
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await redis.close();
  await world.close();
});

function worker() {
  const anchoring = anchoringOfWorld(world, redis.connect(), (close) => closing.push(close));
  const tools = { anchoring } as unknown as Tools;
  return { anchoring, sync: () => task.handler({}, aRun(), tools) };
}

it('anchors what was recorded, once, whichever of two workers is first', async () => {
  const [one, other] = [worker(), worker()];
  const nothing = { frozen: 0, sent: 0, confirmed: 0, reorganised: 0, problem: null };
  for (const size of [2, 4]) {
    await world.record([anAuditRecord(), anAuditRecord()]);
    const results = await Promise.all([one.sync(), other.sync()]);
    expect(results).toContainEqual({ ...nothing, frozen: 1, sent: 1, confirmed: 1, pending: 0 });
    expect(results).toContainEqual({ ...nothing, pending: expect.any(Number) });
    expect(await world.stores.auditAnchors.covering(size - 1)).toMatchObject({
      size,
      state: 'confirmed',
      place: { chain_id: 31337 },
    });
    await sleep(1_000);
  }
  expect(await one.anchoring.examine()).toMatchObject({
    ok: true,
    log_size: 4,
    confirmed_size: 4,
    parts: [{ name: 'ipfs', ok: true }],
  });
});
