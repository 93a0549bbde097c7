// The contract on a real chain: it takes growing trees alone, proves inclusion, and refuses whatever else is offered.
import { createHash } from 'node:crypto';
import {
  Contract,
  ContractFactory,
  isCallException,
  JsonRpcProvider,
  keccak256,
  toUtf8Bytes,
  Wallet,
  ZeroHash,
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
} from 'ethers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  AUDIT_ANCHOR_ABI,
  AUDIT_ANCHOR_BYTECODE,
} from '@verity/adapters/chain/audit-anchor.generated';
import {
  CompactRange,
  leafHash,
  rootOf,
  type Hash,
  type Sha256,
} from '@verity/domain/audit/merkle';
import { proveConsistency, proveInclusion, type ReadNodes } from '@verity/domain/audit/prove';

// Each step is mined, and a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const hex = (hash: Uint8Array): string => `0x${Buffer.from(hash).toString('hex')}`;
const LOG_ID = hex(sha256(Buffer.from('the key of a log')));
const ANCHOR_ROLE = keccak256(toUtf8Bytes('ANCHOR_ROLE'));
const MOST = 3_000;

/** A tree of entries that are numbers, and every node of it. */
const leaves: Hash[] = [];
const nodes = new Map<string, Hash>();
const growing = new CompactRange(sha256);
for (let index = 0; index < MOST; index++) {
  const leaf = leafHash(Buffer.from(String(index)), sha256);
  leaves.push(leaf);
  nodes.set(`0/${index}`, leaf);
  growing.push(leaf, (node, hash) => nodes.set(`${node.level}/${node.index}`, hash));
}
const read: ReadNodes = (asked) =>
  Promise.resolve(asked.map(({ level, index }) => nodes.get(`${level}/${index}`) as Hash));
const root = (size: number): string => hex(rootOf(leaves.slice(0, size), sha256));
const between = async (from: number, to: number): Promise<string[]> =>
  (await proveConsistency(from, to, read, sha256)).path.map(hex);
const pathOf = async (index: number, size: number): Promise<string[]> =>
  (await proveInclusion(index, size, read, sha256)).path.map(hex);

let provider: JsonRpcProvider;
let admin: Wallet;
let anchorer: Wallet;
let stranger: Wallet;

beforeAll(async () => {
  // Without a cache: an estimate of a moment ago is wrong by now.
  provider = new JsonRpcProvider(process.env.CHAIN_URL, undefined, { cacheTimeout: -1 });
  provider.pollingInterval = 50;
  const funded = async () => {
    const wallet = new Wallet(Wallet.createRandom().privateKey, provider);
    await provider.send('anvil_setBalance', [wallet.address, '0x56bc75e2d63100000']);
    return wallet;
  };
  [admin, anchorer, stranger] = [await funded(), await funded(), await funded()];
});
afterAll(() => provider.destroy());

async function deploy() {
  const factory = new ContractFactory(AUDIT_ANCHOR_ABI, AUDIT_ANCHOR_BYTECODE, admin);
  const deployed = await factory.deploy(LOG_ID, admin.address, anchorer.address);
  await deployed.waitForDeployment();
  const contract = new Contract(await deployed.getAddress(), AUDIT_ANCHOR_ABI, provider);
  const as = (wallet: Wallet) => contract.connect(wallet) as Contract;
  const call = (name: string, ...given: unknown[]): Promise<unknown> =>
    contract.getFunction(name).staticCall(...given);
  const anchor = async (
    size: number,
    proof: string[],
    of = root(size),
  ): Promise<ContractTransactionReceipt> => {
    // Blocks of one second would bear one time.
    await provider.send('evm_increaseTime', [1]);
    const sent = (await as(anchorer).getFunction('anchor')(
      of,
      size,
      proof,
    )) as ContractTransactionResponse;
    const receipt = await sent.wait();
    if (!receipt) throw new Error('no receipt');
    return receipt;
  };
  /** The name of the error with which it refuses. */
  const refusal = async (act: Promise<unknown>): Promise<string | null> => {
    const error: unknown = await act.then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error === null) return null;
    if (!isCallException(error)) throw new Error('It failed otherwise.', { cause: error });
    const { data } = error;
    return (data && contract.interface.parseError(data)?.name) ?? error.message;
  };
  const offer = (wallet: Wallet, size: number, proof: string[], of = root(size)) =>
    refusal(as(wallet).getFunction('anchor').staticCall(of, size, proof));
  return { contract, as, call, anchor, refusal, offer };
}

describe('the anchor of a log', () => {
  it('takes trees that extend one another, and keeps root, size and time of each', async () => {
    const { call, anchor, contract } = await deploy();
    expect(await call('LOG_ID')).toBe(LOG_ID);
    expect(await call('latest')).toEqual([0n, ZeroHash, 0n, 0n]);
    let last = 0;
    let time = 0;
    for (const size of [1, 2, 7, 8, 64, 65, 1_000, 2_999, 3_000]) {
      const { logs, blockNumber } = await anchor(size, await between(last, size));
      const block = await provider.getBlock(blockNumber);
      const [log] = logs;
      expect(log && contract.interface.parseLog(log)?.args.toObject()).toEqual({
        treeSize: BigInt(size),
        previousSize: BigInt(last),
        root: root(size),
        time: BigInt(block?.timestamp ?? 0),
      });
      expect(block?.timestamp).toBeGreaterThan(time);
      time = block?.timestamp ?? 0;
      last = size;
    }
    expect(await call('latest')).toEqual([3_000n, root(3_000), BigInt(time), 9n]);
    expect(await call('rootAt', 65)).toBe(root(65));
  });

  it('refuses whoever has no right to anchor, until it is given and after it is taken', async () => {
    const { as, offer } = await deploy();
    const roles = as(admin);
    expect(await offer(stranger, 5, [])).toBe('AccessControlUnauthorizedAccount');
    expect(await offer(admin, 5, [])).toBe('AccessControlUnauthorizedAccount');
    const send = async (name: string, who: string) => {
      const sent = (await roles.getFunction(name)(ANCHOR_ROLE, who)) as ContractTransactionResponse;
      await sent.wait();
    };
    await send('grantRole', stranger.address);
    expect(await offer(stranger, 5, [])).toBeNull();
    await send('revokeRole', anchorer.address);
    expect(await offer(anchorer, 5, [])).toBe('AccessControlUnauthorizedAccount');
  });

  it('refuses a tree that does not grow, a zero root, and a proof where there is no history', async () => {
    const { anchor, offer } = await deploy();
    expect(await offer(anchorer, 5, await between(2, 5))).toBe('ProofWithoutHistory');
    expect(await offer(anchorer, 5, [], ZeroHash)).toBe('NoRoot');
    expect(await offer(anchorer, 0, [], root(1))).toBe('NotGrowing');
    await anchor(5, []);
    expect(await offer(anchorer, 5, [])).toBe('NotGrowing');
    expect(await offer(anchorer, 4, [])).toBe('NotGrowing');
    expect(await offer(anchorer, 6, [])).toBe('NotAnExtension');
  });

  it('refuses a history that was written anew, wherever it was and however it is proven', async () => {
    const { anchor, offer } = await deploy();
    const from = 1_000;
    await anchor(from, []);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: from + 1, max: MOST }),
        fc.nat(from - 1),
        async (to, place) => {
          const forged = leaves.slice(0, to).with(place, leafHash(Buffer.from('forged'), sha256));
          const other = new Map<string, Hash>();
          const range = new CompactRange(sha256);
          forged.forEach((leaf, index) => {
            other.set(`0/${index}`, leaf);
            range.push(leaf, (node, hash) => other.set(`${node.level}/${node.index}`, hash));
          });
          const readForged: ReadNodes = (asked) =>
            Promise.resolve(
              asked.map(({ level, index }) => other.get(`${level}/${index}`) as Hash),
            );
          const { path } = await proveConsistency(from, to, readForged, sha256);
          const rewritten = hex(range.root());
          expect(await offer(anchorer, to, path.map(hex), rewritten)).toBe('NotAnExtension');
          expect(await offer(anchorer, to, await between(from, to), rewritten)).toBe(
            'NotAnExtension',
          );
        },
      ),
      { numRuns: 10 },
    );
  });

  it('takes every honest step from any size to any larger one, and none with a touched proof', async () => {
    const { contract, offer, anchor } = await deploy();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        async (steps, any) => {
          const [{ 0: at }] = [(await contract.getFunction('latest')()) as [bigint]];
          let from = Number(at);
          for (const step of steps) {
            const to = from + step;
            if (to > MOST) return;
            const proof = await between(from, to);
            if (from > 0) {
              const place = any % proof.length;
              const touched = proof.with(place, keccak256(proof[place] as string));
              expect(await offer(anchorer, to, touched)).toBe('NotAnExtension');
              expect(await offer(anchorer, to, proof.slice(1))).toBe('NotAnExtension');
              expect(await offer(anchorer, to, [...proof, ZeroHash])).toBe('NotAnExtension');
              expect(await offer(anchorer, to, proof, root(to - 1))).toBe('NotAnExtension');
            }
            await anchor(to, proof);
            from = to;
          }
        },
      ),
      { numRuns: 4 },
    );
  });

  it('verifies the inclusion of an entry, and of no other', async () => {
    const { call, anchor, refusal } = await deploy();
    await anchor(2_500, []);
    const includes = (index: number, leaf: Hash, path: string[], size = 2_500) =>
      call('verifyInclusion', size, index, hex(leaf), path);
    await fc.assert(
      fc.asyncProperty(fc.nat(2_499), fc.nat(2_499), async (index, other) => {
        const path = await pathOf(index, 2_500);
        const leaf = leaves[index] as Hash;
        expect(await includes(index, leaf, path)).toBe(true);
        if (other !== index) {
          expect(await includes(other, leaf, path)).toBe(false);
          expect(await includes(index, leaves[other] as Hash, path)).toBe(false);
        }
        expect(await includes(index, leaf, path.slice(1))).toBe(false);
        expect(await includes(index, leaf, [...path, ZeroHash])).toBe(false);
        expect(await includes(2_500, leaf, path)).toBe(false);
      }),
      { numRuns: 10 },
    );
    expect(await refusal(includes(0, leaves[0] as Hash, [], 2_499))).toBe('UnknownAnchor');
  });

  it('has no way to change or take back what was anchored', () => {
    const functions = AUDIT_ANCHOR_ABI.filter((part) => part.type === 'function');
    const writing = functions.filter(({ stateMutability }) => stateMutability === 'nonpayable');
    expect(writing.map(({ name }) => name).sort()).toEqual([
      'anchor',
      'grantRole',
      'renounceRole',
      'revokeRole',
    ]);
  });
});
