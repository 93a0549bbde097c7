// The hourly look at the chain, over a real one.
import { Wallet } from 'ethers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { examineChain, type ChainHealthPorts } from '@verity/domain/audit/chain-health';
import { Fault } from '@verity/protocol/faults';
import type { Chain } from './open-chain';
import { openAnchorWorld, openNode, type AnchorWorld } from './spec-chain';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let node: Awaited<ReturnType<typeof openNode>>;
let world: AnchorWorld;
let chain: Chain;
beforeAll(async () => {
  node = await openNode();
});
afterAll(() => node.close());
beforeEach(async () => {
  world = await openAnchorWorld(node.url);
  chain = world.connect();
  await world.append(5);
  await world.sync(chain);
  await world.append(2);
});
afterEach(() => world.close());

const examine = (by: Chain = chain, parts: ChainHealthPorts['parts'] = []) =>
  examineChain({ ...world.portsOf(by), openChain: () => by.open(), parts }, { seconds: 300 });

it('has nothing to say of a chain that is well', async () => {
  expect(await examine(chain, [{ name: 'ipfs', check: () => Promise.resolve() }])).toMatchObject({
    ok: true,
    problems: [],
    chain: { chain_id: 31337, anchored_size: 5, anchors_affordable: null },
    log_size: 7,
    confirmed_size: 5,
    waiting_anchors: 0,
    parts: [{ name: 'ipfs', ok: true }],
  });
});

it('says what is away, and looks at the rest all the same', async () => {
  await node.stop();
  const away = (): Promise<never> => Promise.reject(new Fault('unavailable', 'IPFS is away.'));
  expect(await examine(chain, [{ name: 'ipfs', check: away }])).toMatchObject({
    ok: false,
    problems: [expect.stringMatching(/chain does not answer/), 'IPFS is away.'],
    chain: null,
    log_size: 7,
    parts: [{ name: 'ipfs', ok: false }],
  });
  await node.start();
});

it('says that an anchor has waited for too long, and why', async () => {
  const { contract } = await chain.open();
  const unable = world.connect({ CHAIN_CONTRACT: contract, CHAIN_PRIVATE_KEY: '9'.repeat(64) });
  await world.sync(unable);
  expect(await examine()).toMatchObject({ ok: true, waiting_anchors: 1 });
  world.shift(1_300_000);
  expect((await examine()).problems).toEqual([
    expect.stringMatching(/waited for 2\d minutes\..*may not anchor/),
  ]);
});

it('says that log and contract do not fit', async () => {
  await world.rewrite();
  expect((await examine()).problems).toEqual([
    expect.stringMatching(/log of 7 entries does not extend the 5 that are anchored/),
  ]);
});

it('says that a chain of others stands still, and that the account runs dry', async () => {
  const other = await openNode();
  try {
    await other.rpc('anvil_setChainId', 4242);
    const key = '7'.repeat(64);
    const { address } = new Wallet(`0x${key}`);
    await other.rpc('anvil_setBalance', address, '0x56bc75e2d63100000');
    const moved = world.connect({ CHAIN_URL: other.url, CHAIN_PRIVATE_KEY: key });
    await moved.deploy();
    expect((await examine(moved)).chain?.anchors_affordable).toBeGreaterThan(1_000);
    await other.rpc('anvil_setBalance', address, '0x1');
    world.shift(3_600_000);
    expect((await examine(moved)).problems).toEqual([
      expect.stringMatching(/block of the chain is 6\d minutes old/),
      expect.stringMatching(/can pay 0 more anchors/),
      expect.stringMatching(/does not hold the root of the anchor of 5/),
    ]);
  } finally {
    await other.close();
  }
});
