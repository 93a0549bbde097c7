// The verifier: good receipts are proven, and whatever is changed, forged, cut, swapped or replayed is named with its place.
import { AUDIT_ANCHOR_ABI } from '@verity/adapters/chain/audit-anchor.generated';
import { tools } from '@verity/verify/tools';
import { Interface } from 'ethers';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { inMemory, sampleLog, type SampleLog } from '../../../../scripts/audit/sample-log';
import {
  exchangesOf,
  toldAnchor,
  toldRpc,
  type Exchange,
} from '../../../../scripts/audit/told-chain';
import {
  ANCHORED_TOPIC,
  LOG_ID_SELECTOR,
  ROOT_AT_SELECTOR,
  UNKNOWN_ANCHOR_SELECTOR,
  type Rpc,
} from './check-anchor';
import { checkReceipt, type CheckOptions } from './check-receipt';
import { writeReceipt, type Receipt } from './receipt';
import type { LinkName, Report } from './report';

const EVIDENCE = 3;
let sample: SampleLog;
let good: Receipt;
let withEvidence: Receipt;
let chain: Exchange[];
let full: CheckOptions;

beforeAll(async () => {
  sample = await sampleLog(inMemory(), 300, { hasEvidence: (index) => index === EVIDENCE });
  good = await sample.receipt(41, { anchor: toldAnchor(300) });
  withEvidence = await sample.receipt(EVIDENCE, { anchor: toldAnchor(300) });
  chain = exchangesOf(good);
  full = {
    rpcs: [toldRpc(chain)],
    block: async (cid) => sample.blocks.get(cid) ?? null,
    trusted: { key: sample.verifierKey, contract: toldAnchor(300).contract },
  };
});

const check = (receipt: Receipt, options: CheckOptions = full): Promise<Report> =>
  checkReceipt(writeReceipt(receipt), options, tools);
const linkOf = (report: Report, name: LinkName) => report.links.find(({ link }) => link === name);
/** What JSON says: specs reach into it. */
type Said = ReturnType<JSON['parse']>;
type Loose = Record<string, Said>;
/** A receipt with a change, written in canonical form. */
function spoilt(receipt: Receipt, spoil: (copy: Loose) => void): Receipt {
  const copy = structuredClone(receipt) as Loose;
  spoil(copy);
  return copy as Receipt;
}
const flipped = (hex: string): string => (hex.startsWith('0') ? '1' : '0') + hex.slice(1);

describe('a receipt as it was given', () => {
  it('is proven, link by link', async () => {
    for (const receipt of [good, withEvidence]) {
      const report = await check(receipt);
      expect(report.links.filter(({ state }) => state !== 'holds')).toEqual([]);
      expect(report).toMatchObject({ verdict: 'proven', failed: null, cautions: [] });
      expect(report.trust).toEqual({ key: 'pinned', contract: 'pinned' });
    }
    expect((await check(withEvidence)).record?.evidence).toMatchObject({
      samples: expect.any(Array),
    });
    expect((await check(good)).record).toMatchObject({
      index: 41,
      size: 300,
      anchoredAt: '2026-01-01T00:05:00.000Z',
    });
  });

  it('is consistent without a chain or an anchor, and says what it rests on', async () => {
    const alone = await check(withEvidence, {});
    expect(alone.verdict).toBe('consistent');
    expect(
      alone.links.filter(({ state }) => state === 'unchecked').map(({ link }) => link),
    ).toEqual(['anchor', 'evidence']);
    expect(alone.trust).toEqual({ key: 'from the receipt', contract: 'from the receipt' });
    expect(alone.cautions).toHaveLength(3);
    expect(await check({ ...good, anchor: null })).toMatchObject({ verdict: 'consistent' });
  });

  it('may disclose nothing, or a part', async () => {
    const closed = await sample.receipt(41, { disclose: [], anchor: toldAnchor(300) });
    expect(await check(closed)).toMatchObject({ verdict: 'proven', record: { disclosed: {} } });
    const some = await sample.receipt(41, { disclose: ['subject'], anchor: toldAnchor(300) });
    expect((await check(some)).record?.disclosed).toHaveProperty('subject');
    const keyless = spoilt(withEvidence, (r) => (r['evidence'] = null));
    expect(linkOf(await check(keyless), 'evidence')).toMatchObject({ state: 'holds' });
  });
});

describe('a receipt that was changed', () => {
  it.each<[LinkName, string, (r: Loose) => void]>([
    ['format', '', (r) => (r['openings'].actor.extra = 1)],
    ['leaf', '/leaf', (r) => (r['leaf'].id = 'another')],
    ['leaf', '/leaf', (r) => (r['leaf'].action = 'session.started')],
    ['leaf', '/leaf', (r) => (r['leaf'].at = '2026-01-01T00:00:42.000Z')],
    ['leaf', '/leaf/actor', (r) => (r['leaf'].actor = flipped(r['leaf'].actor))],
    ['leaf', '/leaf/details', (r) => (r['leaf'].details = flipped(r['leaf'].details))],
    ['openings', '/openings/actor', (r) => (r['openings'].actor.value = 'user:somebody')],
    [
      'openings',
      '/openings/subject',
      (r) => (r['openings'].subject.salt = flipped(r['openings'].subject.salt)),
    ],
    ['openings', '/openings/details', (r) => (r['openings'].details.value.score = 0.5)],
    ['inclusion', '/inclusion/index', (r) => (r['inclusion'].index = 43)],
    ['inclusion', '/inclusion/index', (r) => (r['inclusion'].index = 941)],
    ['inclusion', '/inclusion/size', (r) => (r['inclusion'].size = 301)],
    ['inclusion', '/inclusion/size', (r) => (r['inclusion'].size = 40)],
    [
      'inclusion',
      '/inclusion/leaf_hash',
      (r) => (r['inclusion'].leaf_hash = flipped(r['inclusion'].leaf_hash)),
    ],
    [
      'inclusion',
      '/inclusion/path',
      (r) => (r['inclusion'].path[4] = flipped(r['inclusion'].path[4])),
    ],
    ['inclusion', '/inclusion/path', (r) => r['inclusion'].path.pop()],
    ['inclusion', '/inclusion/path', (r) => r['inclusion'].path.push('00'.repeat(32))],
    ['inclusion', '/inclusion/path', (r) => r['inclusion'].path.reverse()],
    ['checkpoint', '/log/key', (r) => (r['log'].key = r['log'].key.replace('sample', 'simple'))],
    [
      'checkpoint',
      '/checkpoint',
      (r) => (r['checkpoint'] = r['checkpoint'].replace('\n300\n', '\n310\n')),
    ],
    [
      'checkpoint',
      '/checkpoint',
      (r) => (r['checkpoint'] = r['checkpoint'].replace('sample', 'simple')),
    ],
    [
      'checkpoint',
      '/checkpoint',
      (r) =>
        (r['checkpoint'] = r['checkpoint'].replace(
          /\n(.)(.{42}=)\n/,
          (_: string, a: string, b: string) => `\n${a === 'A' ? 'B' : 'A'}${b}\n`,
        )),
    ],
    [
      'checkpoint',
      '/checkpoint',
      (r) => (r['checkpoint'] += r['checkpoint'].split('\n')[4] + '\n'),
    ],
    ['checkpoint', '/checkpoint', (r) => (r['checkpoint'] = r['checkpoint'].slice(0, -2))],
    ['anchor', '/anchor/chain_id', (r) => (r['anchor'].chain_id = 1)],
    ['anchor', '/anchor/contract', (r) => (r['anchor'].contract = `0x${'00'.repeat(20)}`)],
    ['anchor', '/anchor/transaction', (r) => (r['anchor'].transaction = `0x${'00'.repeat(32)}`)],
    ['anchor', '/anchor/block/number', (r) => (r['anchor'].block.number += 1)],
    ['anchor', '/anchor/block/hash', (r) => (r['anchor'].block.hash = `0x${'00'.repeat(32)}`)],
  ])('fails at %s (%s)', async (link, where, spoil) => {
    const report = await check(spoilt(good, spoil));
    expect(report).toMatchObject({ verdict: 'broken', failed: link });
    if (where) expect(linkOf(report, link)?.where).toBe(where);
  });

  it('has exactly one link that fails, so that nobody looks at the wrong place', async () => {
    const changes: ((r: Loose) => void)[] = [
      (r) => (r['leaf'].id = 'another'),
      (r) => (r['leaf'].actor = flipped(r['leaf'].actor)),
      (r) => (r['inclusion'].leaf_hash = flipped(r['inclusion'].leaf_hash)),
      (r) => (r['inclusion'].index = 43),
      (r) => (r['checkpoint'] = r['checkpoint'].replace('\n300\n', '\n310\n')),
      (r) => (r['inclusion'].path[4] = flipped(r['inclusion'].path[4])),
    ];
    for (const change of changes) {
      const report = await check(spoilt(good, change));
      expect(report.links.filter(({ state }) => state === 'fails')).toHaveLength(1);
    }
  });

  it('fails when its evidence was changed, its key, or what names it', async () => {
    const spoil = (change: (r: Loose) => void, options = full) =>
      check(spoilt(withEvidence, change), options);
    expect(
      linkOf(await spoil((r) => (r['evidence'].key = flipped(r['evidence'].key))), 'evidence'),
    ).toMatchObject({ state: 'fails', where: '/evidence/key' });
    expect(linkOf(await spoil((r) => delete r['openings'].details), 'evidence')).toMatchObject({
      state: 'fails',
      where: '/evidence',
    });
    expect(
      linkOf(
        await check(spoilt(good, (r) => (r['evidence'] = { key: '00'.repeat(32) }))),
        'evidence',
      ),
    ).toMatchObject({ state: 'fails', where: '/evidence' });
    const [cid = '', block = new Uint8Array()] = [...sample.blocks][0] ?? [];
    const lie = Uint8Array.from(block);
    lie[9] = (lie[9] as number) ^ 1;
    const lying = await check(withEvidence, { ...full, block: async () => lie });
    expect(linkOf(lying, 'evidence')).toMatchObject({ state: 'fails', where: cid });
    const gone = await check(withEvidence, { ...full, block: async () => null });
    expect(linkOf(gone, 'evidence')).toMatchObject({
      state: 'unchecked',
      unanswered: true,
      where: cid,
    });
    expect(gone.verdict).toBe('proven');
  });

  it('is found for every bit of its file', async () => {
    for (const receipt of [good, withEvidence]) {
      const bytes = new TextEncoder().encode(writeReceipt(receipt));
      await fc.assert(
        fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
          const changed = Uint8Array.from(bytes);
          changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
          const options = { ...full, trusted: {} };
          expect((await checkReceipt(changed, options, tools)).verdict).toBe('broken');
        }),
        { numRuns: 300 },
      );
    }
  });

  it('is found when it is cut, or is something else', async () => {
    const text = writeReceipt(good);
    for (const other of [
      '',
      '{}\n',
      '[]\n',
      'null\n',
      text.slice(0, -1),
      text.slice(0, 300),
      `\uFEFF${text}`,
      `${text}\n`,
      text.repeat(2),
    ]) {
      const report = await checkReceipt(other, full, tools);
      expect(report).toMatchObject({ verdict: 'broken', failed: 'format', record: null });
      const asBytes = await checkReceipt(new TextEncoder().encode(other), full, tools);
      expect(asBytes.failed).toBe('format');
    }
    expect((await checkReceipt(Uint8Array.of(0xff, 0xfe), full, tools)).failed).toBe('format');
    expect((await checkReceipt('x'.repeat(2_000_000), full, tools)).failed).toBe('format');
  });
});

describe('a receipt of somebody else', () => {
  it('does not pass for one of this log, nor of this contract', async () => {
    const foreign = await sampleLog(inMemory(), 300, { name: 'other.example/log' });
    const theirs = await foreign.receipt(41, { anchor: toldAnchor(300) });
    expect(await check(theirs)).toMatchObject({ verdict: 'broken', failed: 'checkpoint' });
    // Without a trusted key the contract tells: it speaks for the other log.
    const unpinned = await check(theirs, { ...full, trusted: {} });
    expect(unpinned).toMatchObject({ verdict: 'broken', failed: 'anchor' });
    const elsewhere = spoilt(good, (r) => (r['anchor'].contract = `0x${'11'.repeat(20)}`));
    const own = toldRpc(exchangesOf(elsewhere));
    expect(await check(elsewhere, { ...full, rpcs: [own] })).toMatchObject({ failed: 'anchor' });
    expect(await check(elsewhere, { rpcs: [own] })).toMatchObject({ verdict: 'proven' });
  });

  it('does not lend parts: leaf, path or checkpoint of another record', async () => {
    const other = await sample.receipt(42, { anchor: toldAnchor(300) });
    const mixed = (parts: Partial<Receipt>) => check({ ...good, ...parts });
    expect(await mixed({ leaf: other.leaf })).toMatchObject({ failed: 'leaf' });
    expect(await mixed({ openings: other.openings })).toMatchObject({ failed: 'openings' });
    expect((await mixed({ inclusion: other.inclusion })).verdict).toBe('broken');
    const earlier = await (await sampleLog(inMemory(), 200)).receipt(41);
    expect(await mixed({ checkpoint: earlier.checkpoint })).toMatchObject({ failed: 'inclusion' });
  });
});

describe('addresses of a chain', () => {
  const changed = (method: string, change: (result: Said) => unknown, at = 0): Rpc => {
    let seen = 0;
    return toldRpc(
      chain.map((exchange) => {
        if (exchange.method !== method || seen++ !== at || !('result' in exchange.answer))
          return exchange;
        return { ...exchange, answer: { result: change(structuredClone(exchange.answer.result)) } };
      }),
      'liar',
    );
  };
  const anchorBy = async (...rpcs: Rpc[]) => linkOf(await check(good, { ...full, rpcs }), 'anchor');

  it.each<[string, string, string, (result: Said) => unknown, number?]>([
    ['another chain', '/anchor/chain_id', 'eth_chainId', () => '0x1'],
    [
      'a failed transaction',
      '/anchor/transaction',
      'eth_getTransactionReceipt',
      (r) => ({ ...r, status: '0x0' }),
    ],
    ['no transaction', '/anchor/transaction', 'eth_getTransactionReceipt', () => null],
    ['no event', '/anchor/transaction', 'eth_getTransactionReceipt', (r) => ({ ...r, logs: [] })],
    [
      'the event of another contract',
      '/anchor/contract',
      'eth_getTransactionReceipt',
      (r) => ((r.logs[0].address = `0x${'22'.repeat(20)}`), r),
    ],
    [
      'another root',
      '/checkpoint',
      'eth_getTransactionReceipt',
      (r) => ((r.logs[0].data = r.logs[0].data.replace(/^(.{66})../, '$1ee')), r),
    ],
    [
      'a block that is no more',
      '/anchor/block/hash',
      'eth_getBlockByNumber',
      (b) => ({ ...b, hash: `0x${'33'.repeat(32)}` }),
    ],
    ['a contract for another log', '/anchor/contract', 'eth_call', () => `0x${'44'.repeat(32)}`],
    ['no contract', '/anchor/contract', 'eth_call', () => '0x'],
    ['another root by now', '/checkpoint', 'eth_call', () => `0x${'55'.repeat(32)}`, 1],
    ['no root by now', '/inclusion/size', 'eth_call', () => '0x', 1],
  ])('say %s: it fails at %s', async (_, where, method, change, at) => {
    expect(await anchorBy(changed(method, change, at))).toMatchObject({ state: 'fails', where });
  });

  it.each<[string, string, (result: Said) => unknown]>([
    ['a number as text', 'eth_chainId', () => '31337'],
    ['a number with zeros', 'eth_chainId', () => '0x07a69'],
    ['no object', 'eth_getTransactionReceipt', () => 'yes'],
    [
      'another transaction',
      'eth_getTransactionReceipt',
      (r) => ({ ...r, transactionHash: `0x${'66'.repeat(32)}` }),
    ],
    ['no list of events', 'eth_getTransactionReceipt', (r) => ({ ...r, logs: {} })],
    ['another block', 'eth_getBlockByNumber', (b) => ({ ...b, number: '0x1' })],
    [
      'a time that is not that of the event',
      'eth_getBlockByNumber',
      (b) => ({ ...b, timestamp: '0x1' }),
    ],
    ['too few bytes', 'eth_call', () => '0x00'],
  ])('that answer with %s are not relied on', async (_, method, change) => {
    expect(await anchorBy(changed(method, change))).toMatchObject({
      state: 'unchecked',
      unanswered: true,
    });
  });

  it('have to agree, and who does not is named', async () => {
    const honest = toldRpc(chain, 'honest');
    const liar = changed('eth_call', () => `0x${'55'.repeat(32)}`, 1);
    const away: Rpc = {
      name: 'away',
      call: () => Promise.reject(new Error('does not answer within 10 s')),
    };
    expect(await anchorBy(honest, toldRpc(chain, 'too'))).toMatchObject({ state: 'holds' });
    const contradiction = await anchorBy(honest, liar);
    expect(contradiction).toMatchObject({ state: 'unchecked', unanswered: true });
    expect(contradiction?.why).toMatch(/honest confirm it; liar says/);
    const waiting = await anchorBy(honest, away);
    expect(waiting).toMatchObject({ state: 'unchecked', unanswered: true });
    expect(waiting?.why).toMatch(/away: does not answer/);
    expect(await anchorBy(away, liar)).toMatchObject({ state: 'fails' });
    const refusing: Rpc = {
      name: 'r',
      call: async () => ({ error: { code: -32005, message: 'limit exceeded' } }),
    };
    expect(await anchorBy(refusing)).toMatchObject({ state: 'unchecked', unanswered: true });
  });

  it('are asked in the words of the contract', () => {
    const abi = new Interface(AUDIT_ANCHOR_ABI);
    expect(LOG_ID_SELECTOR).toBe(abi.getFunction('LOG_ID')?.selector);
    expect(ROOT_AT_SELECTOR).toBe(abi.getFunction('rootAt')?.selector);
    expect(ANCHORED_TOPIC).toBe(abi.getEvent('Anchored')?.topicHash);
    expect(UNKNOWN_ANCHOR_SELECTOR).toBe(abi.getError('UnknownAnchor')?.selector);
  });
});
