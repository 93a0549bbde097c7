// What is recorded comes to the chain: the real log, book, leases and contract, by two workers at once.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readConfig } from '@verity/adapters/config';
import { openTestRedis, type TestRedis } from '@verity/adapters/redis/testing';
import { newId, systemClock } from '@verity/adapters/world';
import { openAudit } from '@verity/server/roles/audit';
import { anchoringOver } from '../roles/anchoring';
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
  const config = readConfig({
    ...process.env,
    MASTER_KEY: 'ab'.repeat(32),
    PUBLIC_URL: 'https://verity.example',
    DATA_DIR: world.directory,
    ANCHOR_ENTRIES: '1',
  });
  const { stores, connection: mongo } = world;
  const anchoring = anchoringOver(
    {
      ...{ config, stores, mongo, newId, clock: systemClock },
      redis: redis.connect(),
      shutdown: { on: (_stage, _name, close) => void closing.push(close) },
      log: { warn: () => undefined },
    },
    () => openAudit({ config, mongo }),
  );
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
