// Anchoring on a real chain: what is frozen comes to it, in order, once, and comes back when the chain takes it away.
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Wallet } from 'ethers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openAnchorWorld, openNode, type AnchorWorld } from './spec-chain';
import type { Chain } from './open-chain';

// Two anchors bear two times: each waits for its second.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let node: Awaited<ReturnType<typeof openNode>>;
let world: AnchorWorld;
let chain: Chain;
beforeAll(async () => {
  node = await openNode();
});
afterAll(() => node.close());
beforeEach(async () => {
  await node.rpc('evm_setAutomine', true);
  world = await openAnchorWorld(node.url);
  chain = world.connect();
});
afterEach(() => world.close());

const QUIET = { frozen: 0, sent: 0, confirmed: 0, reorganised: 0, pending: 0, problem: null };
const once = { ...QUIET, frozen: 1, sent: 1, confirmed: 1 };
/** Every confirmed anchor stands on the chain with the root that the log has. */
async function demandAnchored(...sizes: number[]): Promise<void> {
  const opened = await chain.open();
  for (const size of sizes) {
    const anchor = await world.book.get(size);
    expect([size, anchor?.state, anchor?.root]).toEqual([size, 'confirmed', world.rootAt(size)]);
    expect(await opened.rootAt(size)).toBe(world.rootAt(size));
    expect(await opened.blockHash(anchor?.place?.block.number ?? -1)).toBe(
      anchor?.place?.block.hash,
    );
  }
  expect((await opened.latest()).size).toBe(Math.max(...sizes));
}

describe('a chain that is well', () => {
  it('gets the contract, the account and the anchor of the first entries by itself', async () => {
    expect(await world.sync(chain)).toEqual(QUIET);
    await world.append(5);
    expect(await world.sync(chain)).toEqual(once);
    expect(await world.sync(chain)).toEqual(QUIET);
    await demandAnchored(5);
    expect(await world.book.get(5)).toMatchObject({
      previous_size: 0,
      consistency: [],
      last_error: null,
      place: { chain_id: 31337, gas_used: expect.any(Number) },
    });
  });

  it('is grown by proofs of consistency, two within a second too', async () => {
    for (const count of [3, 4, 600]) {
      await world.append(count);
      expect(await world.sync(chain, { limits: { entries: 1, seconds: 1 } })).toEqual(once);
    }
    await demandAnchored(3, 7, 607);
    expect(await world.book.get(607)).toMatchObject({ previous_size: 7 });
  });
});

describe('a transaction that gets into no block', () => {
  it('is replaced by one of the same nonce that pays an eighth more, and never by a second anchor', async () => {
    await world.append(1);
    await world.sync(chain);
    await node.rpc('evm_setAutomine', false);
    await world.append(1);
    await sleep(1_100);
    const waiting = { ...QUIET, pending: 1 };
    expect(await world.sync(chain)).toEqual({ ...waiting, frozen: 1, sent: 1 });
    expect(await world.sync(chain)).toEqual(waiting);
    const first = await world.book.get(2);
    world.shift(61_000);
    expect(await world.sync(chain)).toEqual({ ...waiting, sent: 1 });
    const second = await world.book.get(2);
    expect(second?.transactions).toHaveLength(2);
    expect(second?.sending?.nonce).toBe(first?.sending?.nonce);
    for (const fee of ['max_fee', 'max_priority_fee'] as const) {
      const [before, after] = [
        BigInt(first?.sending?.[fee] ?? 0),
        BigInt(second?.sending?.[fee] ?? 0),
      ];
      expect(after * 1_000n).toBeGreaterThanOrEqual(before * 1_125n);
    }
    const pool = await node.rpc<{ pending: Record<string, object> }>('txpool_content');
    expect(Object.values(pool.pending).flatMap(Object.keys)).toHaveLength(1);
    await node.rpc('evm_mine');
    expect(await world.sync(chain)).toEqual({ ...QUIET, confirmed: 1 });
    expect((await world.book.get(2))?.place?.transaction).toBe(second?.transactions[1]);
    await demandAnchored(1, 2);
  });

  it('is not replaced for more than may be paid, and says so', async () => {
    const poor = world.connect({ CHAIN_MAX_FEE_GWEI: 2.5 });
    await world.append(1);
    await world.sync(poor);
    await node.rpc('anvil_setNextBlockBaseFeePerGas', '0x3b9aca00');
    await node.rpc('evm_mine');
    await node.rpc('evm_setAutomine', false);
    await world.append(1);
    await sleep(1_100);
    await world.sync(poor);
    world.shift(61_000);
    expect(await world.sync(poor)).toEqual({ ...QUIET, pending: 1 });
    const stuck = await world.book.get(2);
    expect(Number(stuck?.sending?.max_fee)).toBeLessThanOrEqual(2.5e9);
    expect(stuck?.last_error).toMatch(/2\.5 are allowed.*CHAIN_MAX_FEE_GWEI/);
    await node.rpc('evm_mine');
    await world.sync(poor);
    await demandAnchored(1, 2);
  });

  it('is sent again when the node has dropped it', async () => {
    await world.append(1);
    await world.sync(chain);
    await node.rpc('evm_setAutomine', false);
    await world.append(1);
    await sleep(1_100);
    await world.sync(chain);
    const [dropped] = (await world.book.get(2))?.transactions ?? [];
    await node.rpc('anvil_dropTransaction', dropped);
    await node.rpc('evm_setAutomine', true);
    expect(await world.sync(chain)).toEqual({ ...QUIET, sent: 1, confirmed: 1 });
    await demandAnchored(1, 2);
  });

  it('is found when the process died after it was sent, or before', async () => {
    await world.append(1);
    const dying = (): never => {
      throw new Error('killed');
    };
    const opened = await chain.open();
    const beforeSending = { ...opened, sign: signedBut(opened, () => dying()) };
    await expect(
      world.sync(chain, { over: { openChain: () => Promise.resolve(beforeSending) } }),
    ).rejects.toThrow('killed');
    const afterSending = {
      ...opened,
      sign: signedBut(opened, async (send) => {
        await send();
        dying();
      }),
    };
    await expect(
      world.sync(chain, { over: { openChain: () => Promise.resolve(afterSending) } }),
    ).rejects.toThrow('killed');
    expect(await world.sync(chain)).toEqual({ ...QUIET, confirmed: 1 });
    await demandAnchored(1);
    expect(await opened.nonce()).toBe(2);
  });
});

type Opened = Awaited<ReturnType<Chain['open']>>;
const signedBut =
  (opened: Opened, send: (send: () => Promise<void>) => Promise<void>): Opened['sign'] =>
  async (...asked) => {
    const signed = await opened.sign(...asked);
    return 'refused' in signed ? signed : { ...signed, send: () => send(signed.send) };
  };

describe('a chain that takes back what it had', () => {
  async function threeAnchors(): Promise<void> {
    for (const count of [5, 5, 5]) {
      await world.append(count);
      await world.sync(chain);
    }
    await demandAnchored(5, 10, 15);
  }

  it('is given the same anchors again, in order, and the book says where they were', async () => {
    await threeAnchors();
    const before = await world.book.get(10);
    await node.rpc('anvil_rollback', 2);
    // Anvil's clock stands behind after that: an anchor may fail for its time, and is tried again.
    const sent: unknown = expect.any(Number);
    expect(await world.sync(chain)).toEqual({ ...QUIET, sent, confirmed: 2, reorganised: 2 });
    await demandAnchored(5, 10, 15);
    expect((await world.book.get(10))?.earlier).toEqual([before?.place]);
    expect((await world.book.get(5))?.earlier).toEqual([]);
  });

  it('is followed when other blocks hold the same transactions', async () => {
    await threeAnchors();
    const before = await world.book.get(15);
    await node.rpc('anvil_reorg', 3, []);
    const result = await world.sync(chain);
    expect(result).toMatchObject({ pending: 0, problem: null });
    expect(result.reorganised).toBeGreaterThan(0);
    await demandAnchored(5, 10, 15);
    expect((await world.book.get(15))?.earlier).toEqual([before?.place]);
  });

  it('is given everything again when it forgot all of it', async () => {
    await threeAnchors();
    await node.stop('SIGKILL');
    node.forget();
    await node.start();
    const result = await world.sync(chain);
    expect(result).toEqual({ ...QUIET, sent: 3, confirmed: 3, reorganised: 3 });
    await demandAnchored(5, 10, 15);
    expect(await world.sync(chain)).toEqual(QUIET);
  });

  it('goes on with one anchor for all when it is another chain by intention', async () => {
    await threeAnchors();
    const { account } = await chain.open();
    const other = await openNode();
    try {
      await other.rpc('anvil_setChainId', 4242);
      const key = `0x${'7'.repeat(64)}`;
      const moved = world.connect({
        CHAIN_URL: other.url,
        CHAIN_PRIVATE_KEY: key,
        CHAIN_CONFIRMATIONS: 2,
      });
      expect(await world.sync(world.connect({ CHAIN_URL: other.url }))).toMatchObject({
        problem: expect.stringMatching(/chain 4242.*CHAIN_PRIVATE_KEY/),
      });
      expect(await world.sync(moved)).toMatchObject({ problem: expect.stringMatching(/deploy/) });
      const { address } = new Wallet(key);
      await expect(moved.deploy()).rejects.toMatchObject({ code: 'unavailable' });
      await other.rpc('anvil_setBalance', address, '0x56bc75e2d63100000');
      await other.rpc('evm_setAutomine', false);
      const deploying = moved.deploy();
      await expect
        .poll(() => moved.open().catch((error: unknown) => String(error)))
        .toMatch(/on its way: transaction 0x/);
      await other.rpc('evm_mine');
      await other.rpc('evm_setAutomine', true);
      const deployed = await deploying;
      expect(deployed).toMatchObject({ chainId: 4242, account: address.toLowerCase() });
      expect(deployed.account).not.toBe(account);
      // Not deep enough yet.
      expect(await world.sync(moved)).toEqual({ ...QUIET, sent: 1, reorganised: 1, pending: 1 });
      await other.rpc('evm_mine');
      expect(await world.sync(moved)).toEqual({ ...QUIET, confirmed: 1 });
      expect(await world.book.get(15)).toMatchObject({
        place: { chain_id: 4242 },
        previous_size: 0,
      });
      expect(await world.book.get(5)).toMatchObject({ state: 'elsewhere' });
      expect((await world.book.covering(0))?.size).toBe(15);
      // A node that is behind says nothing about anchors that it has not heard of yet.
      await other.rpc('anvil_rollback', 2);
      expect(await world.sync(moved)).toEqual({
        ...QUIET,
        problem: expect.stringMatching(/behind: its last block/),
      });
      expect(await world.book.get(15)).toMatchObject({ state: 'confirmed' });
    } finally {
      await other.close();
    }
  });
});

describe('a chain that is away', () => {
  it('is caught up with by one anchor for all that was frozen meanwhile', async () => {
    await world.append(5);
    await world.sync(chain);
    await node.stop();
    for (let minute = 0; minute < 3; minute++) {
      await world.append(7);
      world.shift(1_000_000);
      expect(await world.sync(chain)).toEqual({
        ...QUIET,
        frozen: 1,
        pending: 1,
        problem: expect.stringMatching(/chain does not answer.*CHAIN_URL/),
      });
    }
    expect((await world.book.get(26))?.last_error).toMatch(/does not answer/);
    await node.start();
    expect(await world.sync(chain)).toEqual({ ...QUIET, sent: 1, confirmed: 1 });
    await demandAnchored(5, 26);
    expect(await world.book.get(26)).toMatchObject({ previous_size: 5, last_error: null });
    expect(await world.book.get(12)).toBeNull();
  });

  it('leaves what is recorded alone when none is named at all', async () => {
    await world.append(5);
    const none = world.connect({ CHAIN_URL: undefined });
    expect(await world.sync(none)).toMatchObject({
      frozen: 1,
      pending: 1,
      problem: expect.stringMatching(/No chain/),
    });
  });
});

describe('two that anchor at once', () => {
  it('make one anchor of a size, with one nonce', async () => {
    await world.append(5);
    // The first contract too: only one is in use after.
    const others = [1, 2, 3].map(() => world.connect());
    const results = await Promise.all(others.map((one) => world.sync(one)));
    const sum = (of: 'frozen' | 'sent') => results.reduce((total, one) => total + one[of], 0);
    expect(sum('frozen')).toBe(1);
    await world.sync(chain);
    await demandAnchored(5);
    for (let round = 0; round < 3; round++) {
      const size = await world.append(5);
      const { nonce } = await chain.open();
      const before = await nonce();
      await Promise.all(others.map((one) => world.sync(one)));
      await demandAnchored(size);
      expect((await nonce()) - before).toBe(1);
    }
  });
});

describe('what does not fit', () => {
  it('is not anchored when the history was rewritten: the contract would refuse it, and we do before', async () => {
    await world.append(5);
    await world.sync(chain);
    await world.rewrite();
    await world.append(2);
    const result = await world.sync(chain);
    expect(result).toMatchObject({
      sent: 0,
      pending: 1,
      problem: expect.stringMatching(/history was rewritten/),
    });
    expect((await (await chain.open()).latest()).size).toBe(5);
    // And the contract does, when it is asked all the same.
    await sleep(1_100);
    const opened = await chain.open();
    const anchor = await world.book.get(7);
    const forged = { size: 7, root: anchor?.root ?? '', consistency: ['a'.repeat(64)] };
    expect(await opened.sign(forged, await opened.nonce())).toMatchObject({
      refused: expect.stringMatching(/NotAnExtension/),
    });
  });

  it('is said when entries of the log are gone', async () => {
    await world.append(5);
    await world.sync(chain);
    rmSync(world.directory, { recursive: true });
    expect(await world.sync(chain)).toMatchObject({
      problem: expect.stringMatching(/has 0 entries, though 5/),
    });
  });

  it('is said when the contract is of another log, is none, or the chain is another one', async () => {
    await world.append(5);
    await world.sync(chain);
    const { contract } = await chain.open();
    const stranger = await openAnchorWorld(node.url, { CHAIN_CONTRACT: contract });
    try {
      await stranger.append(1);
      expect(await stranger.sync(stranger.connect())).toMatchObject({
        problem: expect.stringMatching(/another log/),
      });
    } finally {
      await stranger.close();
    }
    const nowhere = world.connect({ CHAIN_CONTRACT: `0x${'1'.repeat(40)}` });
    expect(await world.sync(nowhere)).toMatchObject({
      problem: expect.stringMatching(/no contract at 0x1111/),
    });
    const other = world.connect({ CHAIN_ID: 1 });
    expect(await world.sync(other)).toMatchObject({
      problem: expect.stringMatching(/leads to chain 31337, not 1/),
    });
    const keyless = world.connect({ CHAIN_PRIVATE_KEY: '0'.repeat(64) });
    expect(await world.sync(keyless)).toMatchObject({
      problem: expect.stringMatching(/CHAIN_PRIVATE_KEY is the key of no account/),
    });
    const unable = world.connect({ CHAIN_CONTRACT: contract, CHAIN_PRIVATE_KEY: '8'.repeat(64) });
    await world.append(1);
    expect(await world.sync(unable)).toMatchObject({ pending: 1 });
    expect((await world.book.get(6))?.last_error).toMatch(/may not anchor: grant it ANCHOR_ROLE/);
    await sleep(1_000);
    await world.sync(chain);
    await demandAnchored(5, 6);
  });
});

it('goes on when the clock goes back an hour', async () => {
  await world.append(5);
  await world.sync(chain, { limits: { entries: 1_000, seconds: 300 } });
  world.shift(-3_600_000);
  await world.append(5);
  expect(await world.sync(chain, { limits: { entries: 1_000, seconds: 300 } })).toEqual(once);
  await world.append(5);
  expect(await world.sync(chain, { limits: { entries: 1_000, seconds: 300 } })).toEqual(QUIET);
  await demandAnchored(5, 10);
});
