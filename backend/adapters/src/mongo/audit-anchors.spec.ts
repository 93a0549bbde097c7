// The anchors of the log in a real MongoDB.
import { afterEach, expect, it } from 'vitest';
import { AuditAnchor } from '@verity/protocol/audit/schemas';
import type { KeptAnchor } from '@verity/domain/audit/ports';
import { auditAnchors } from './audit-anchors';
import { now } from './scratch-records';
import { scratchStores } from './spec-stores';
import { modelOf } from './store';

const { stores, connection } = scratchStores();
const book = () => stores().auditAnchors;
afterEach(async () => void (await modelOf(connection(), auditAnchors).deleteMany({})));

const CONTRACT = `0x${'c'.repeat(40)}`;
const hash = (digit: number): string => `0x${String(digit).repeat(64)}`;
const frozen = (size: number): AuditAnchor =>
  AuditAnchor.parse({
    size,
    root: 'a'.repeat(64),
    checkpoint: `log\n${size}\n`,
    previous_size: null,
    consistency: [],
    state: 'pending',
    transactions: [],
    sending: null,
    place: null,
    earlier: [],
    frozen_at: now.toISOString(),
    sent_at: null,
    confirmed_at: null,
    last_error: null,
  });
const inBlock = (number: number, contract = CONTRACT) => ({
  chain_id: 31337,
  contract,
  transaction: hash(1),
  block: { number, hash: hash(2) },
  gas_used: 80_000,
});

async function put(size: number, to: Partial<AuditAnchor>): Promise<KeptAnchor> {
  expect(await book().add(frozen(size))).toBe(true);
  const waiting = (await book().unplaced(100)).find((one) => one.size === size);
  return (await book().change(waiting as KeptAnchor, to)) as KeptAnchor;
}

it('keeps one anchor of a size, and gives it back as it was frozen', async () => {
  expect(await book().add(frozen(7))).toBe(true);
  expect(await book().add({ ...frozen(7), root: 'b'.repeat(64) })).toBe(false);
  expect(await book().get(7)).toEqual(frozen(7));
  expect(await book().get(8)).toBeNull();
});

it('lets one of two change an anchor that both have read', async () => {
  await book().add(frozen(7));
  const [read] = await book().unplaced(1);
  const sending = { nonce: 3, max_fee: '7', max_priority_fee: '1', at: now.toISOString() };
  const both = await Promise.all(
    [1, 2].map((digit) =>
      book().change(read as KeptAnchor, { state: 'sent', transactions: [hash(digit)], sending }),
    ),
  );
  expect(both.filter(Boolean)).toHaveLength(1);
  expect(AuditAnchor.parse(await book().get(7))).toMatchObject({ state: 'sent', sending });
});

it('finds the smallest confirmed anchor that holds an entry', async () => {
  for (const size of [10, 20, 30]) await put(size, { state: 'confirmed', place: inBlock(size) });
  await put(15, { state: 'elsewhere', place: inBlock(15) });
  await put(40, { state: 'sent', place: inBlock(40) });
  const over = async (index: number) => (await book().covering(index))?.size;
  expect([await over(0), await over(9), await over(10), await over(29)]).toEqual([10, 10, 20, 30]);
  expect(await over(30)).toBeUndefined();
  expect((await book().newest())?.size).toBe(40);
  expect((await book().newest('confirmed'))?.size).toBe(30);
  const first = await book().list({}, { limit: 2 });
  expect([first.total, first.items.map(({ size }) => size)]).toEqual([5, [40, 30]]);
  const next = await book().list({}, { limit: 9, cursor: first.next_cursor ?? undefined });
  expect(next.items.map(({ size }) => size)).toEqual([20, 15, 10]);
  expect((await book().list({ state: 'sent' }, { limit: 9 })).total).toBe(1);
});

it('names what has to be looked at again: late blocks, sizes beyond the chain, other contracts', async () => {
  for (const size of [10, 20, 30]) await put(size, { state: 'confirmed', place: inBlock(size) });
  await put(40, { state: 'sent', place: inBlock(40) });
  await put(50, { state: 'sent' });
  await put(5, { state: 'elsewhere', place: inBlock(99) });
  const chain = { chainId: 31337, contract: CONTRACT };
  const beyond = async (at: object) =>
    (await book().placedBeyond({ block: 1_000, size: 1_000, ...chain, ...at })).map(
      ({ size }) => size,
    );
  expect(await beyond({})).toEqual([]);
  expect(await beyond({ block: 30 })).toEqual([30, 40]);
  expect(await beyond({ size: 10 })).toEqual([20, 30, 40]);
  expect(await beyond({ contract: `0x${'d'.repeat(40)}` })).toEqual([10, 20, 30, 40]);
  expect((await book().unconfirmed()).map(({ size }) => size)).toEqual([40]);
  expect((await book().unplaced(9)).map(({ size }) => size)).toEqual([50]);
});

it('drops what no transaction was ever made for, and nothing else', async () => {
  await put(10, { transactions: [hash(3)] });
  await put(20, { earlier: [inBlock(9)] });
  for (const size of [30, 40]) await book().add(frozen(size));
  expect(await book().dropUnsent(40)).toBe(1);
  expect((await book().unplaced(9)).map(({ size }) => size)).toEqual([10, 20, 40]);
});
