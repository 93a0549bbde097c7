// Specs of receipts as files: one text for one receipt, and every other refused with its place.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseReceipt, writeReceipt, type Receipt } from './receipt';

type Tree = Record<string, unknown>;
const digest = 'ab'.repeat(32);
const receipt: Receipt = {
  format: 'verity-receipt',
  version: 1,
  leaf: {
    v: 1,
    id: '01900000-0000-7000-8000-000000000001',
    at: '2026-01-02T03:04:05.006Z',
    action: 'session.terminated',
    outcome: 'success',
    actor: digest,
    address: digest,
    details: digest,
    subject: digest,
  },
  openings: { actor: { salt: digest, value: 'system:policy' } },
  evidence: null,
  inclusion: { index: 1, size: 3, leaf_hash: digest, path: [digest, digest] },
  log: { key: 'verity.example/log+01020304+AQID' },
  checkpoint: 'verity.example/log\n3\nAAAA\n\n— verity.example/log AAAA\n',
  anchor: {
    chain_id: 31337,
    contract: `0x${'cd'.repeat(20)}`,
    transaction: `0x${digest}`,
    block: { number: 7, hash: `0x${digest}` },
  },
};

describe('a receipt', () => {
  const text = writeReceipt(receipt);

  it('is read as it was written', () => {
    expect(parseReceipt(text)).toEqual({ receipt });
    expect(parseReceipt(writeReceipt({ ...receipt, anchor: null }))).toHaveProperty('receipt');
  });

  it.each([
    ['no line feed', text.trimEnd()],
    ['space', text.replace(':', ': ')],
    ['a member twice', text.replace('{', '{"version":1,')],
    ['another order', `${JSON.stringify(receipt)}\n`],
    ['a number in another writing', text.replace('"index":1', '"index":1.0')],
    ['an escape that is not needed', text.replace('system', '\\u0073ystem')],
    ['no JSON', text.slice(0, 100)],
    ['nothing', ''],
  ])('is refused with %s', (_, other) => {
    expect(parseReceipt(other)).toHaveProperty('why');
  });

  it.each([
    ['/leaf', '/leaf/actor', 'x'],
    ['/inclusion/path/1', '/inclusion/path/1', digest.toUpperCase()],
    ['/inclusion/size', '/inclusion/size', -1],
    ['/openings/actor/salt', '/openings/actor/salt', '00'],
    ['/openings', '/openings/id', { salt: digest, value: 1 }],
    ['/anchor/contract', '/anchor/contract', '0x'],
    ['/anchor/block', '/anchor/block/hash', undefined],
  ])('says where it does not fit: %s', (where, member, value) => {
    const spoilt = structuredClone(receipt) as unknown as Tree;
    const names = member.slice(1).split('/');
    const last = names.pop() as string;
    names.reduce((at, name) => at[name] as Tree, spoilt)[last] = value;
    expect(parseReceipt(`${JSON.stringify(spoilt)}\n`)).toMatchObject({ where });
  });

  it('is refused or another one after any change of a bit, and noise is refused', () => {
    const bytes = new TextEncoder().encode(text);
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const changed = bytes.slice();
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(parseReceipt(new TextDecoder().decode(changed))).not.toEqual({ receipt });
      }),
    );
    fc.assert(fc.property(fc.string(), (noise) => void parseReceipt(noise)));
    fc.assert(fc.property(fc.json(), (json) => 'why' in parseReceipt(json)));
  });
});
