// The Merkle tree against the definitions of RFC 6962, written down word by word, and against its published vectors.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkConsistency,
  checkInclusion,
  CompactRange,
  emptyRoot,
  leafHash,
  nodeHash,
  perfectParts,
  rootOf,
  type Hash,
  type NodeAt,
  type Sha256,
} from './merkle';
import { proveConsistency, proveInclusion } from './prove';

const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const hex = (hash: Hash): string => Buffer.from(hash).toString('hex');
const leaf = (text: string | number): Hash => leafHash(Buffer.from(String(text)), sha256);
const leaves = (count: number): Hash[] => Array.from({ length: count }, (_, index) => leaf(index));

/** The largest power of two smaller than n. */
function k(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}
const at = (hashes: Hash[], index: number): Hash => hashes[index] as Hash;
/** Section 2.1, over hashes of leaves. */
const mth = (d: Hash[]): Hash =>
  d.length === 0
    ? sha256(new Uint8Array(0))
    : d.length === 1
      ? at(d, 0)
      : nodeHash(mth(d.slice(0, k(d.length))), mth(d.slice(k(d.length))), sha256);
/** Section 2.1.1. */
function path(m: number, d: Hash[]): Hash[] {
  if (d.length === 1) return [];
  const cut = k(d.length);
  return m < cut
    ? [...path(m, d.slice(0, cut)), mth(d.slice(cut))]
    : [...path(m - cut, d.slice(cut)), mth(d.slice(0, cut))];
}
/** Section 2.1.2. */
function subproof(m: number, d: Hash[], whole: boolean): Hash[] {
  if (m === d.length) return whole ? [] : [mth(d)];
  const cut = k(d.length);
  return m <= cut
    ? [...subproof(m, d.slice(0, cut), whole), mth(d.slice(cut))]
    : [...subproof(m - cut, d.slice(cut), false), mth(d.slice(0, cut))];
}

/** Reads nodes out of a list of leaves. */
const readFrom = (all: Hash[]) => (nodes: readonly NodeAt[]) =>
  Promise.resolve(
    nodes.map(({ level, index }) =>
      mth(all.slice(index * 2 ** level, Math.min((index + 1) * 2 ** level, all.length))),
    ),
  );

const MOST = 300;
const all = leaves(MOST);
const aSize = fc.integer({ min: 1, max: MOST });

describe('the Merkle tree', () => {
  it('has the roots of the published test data', () => {
    const inputs = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ];
    const roots = [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ];
    const hashes = inputs.map((input) => leafHash(Buffer.from(input, 'hex'), sha256));
    const made = hashes.map((_, index) => hex(rootOf(hashes.slice(0, index + 1), sha256)));
    expect(made).toEqual(roots);
    expect(hex(rootOf([], sha256))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it('has the root of the definition at every size, and completes every perfect subtree once', () => {
    const growing = new CompactRange(sha256);
    const made = new Map<string, Hash>();
    for (let size = 1; size <= MOST; size++) {
      growing.push(at(all, size - 1), ({ level, index }, hash) => {
        expect(made.has(`${level}/${index}`)).toBe(false);
        made.set(`${level}/${index}`, hash);
      });
      expect(hex(growing.root())).toBe(hex(mth(all.slice(0, size))));
    }
    for (const [name, hash] of made) {
      const [level, index] = name.split('/').map(Number) as [number, number];
      const under = all.slice(index * 2 ** level, (index + 1) * 2 ** level);
      expect(under).toHaveLength(2 ** level);
      expect(hex(hash)).toBe(hex(mth(under)));
    }
  });

  it('goes on from the perfect subtrees of any size', () => {
    fc.assert(
      fc.property(aSize, (size) => {
        const parts = perfectParts(0, size).map(({ level, index }) =>
          mth(all.slice(index * 2 ** level, (index + 1) * 2 ** level)),
        );
        const growing = new CompactRange(sha256, size, parts);
        for (const hash of all.slice(size)) growing.push(hash);
        expect(hex(growing.root())).toBe(hex(mth(all)));
      }),
    );
    expect(() => new CompactRange(sha256, 5, [leaf(1)])).toThrow('5 leaves');
  });
});

describe('a proof of inclusion', () => {
  it('is that of the definition, and holds', async () => {
    await fc.assert(
      fc.asyncProperty(aSize, fc.nat(), async (size, any) => {
        const index = any % size;
        const tree = all.slice(0, size);
        const proof = await proveInclusion(index, size, readFrom(tree), sha256);
        expect(proof.path.map(hex)).toEqual(path(index, tree).map(hex));
        expect(checkInclusion(at(all, index), proof, mth(tree), sha256)).toEqual({ holds: true });
      }),
    );
  });

  it('does not hold for another entry, index, size or root, nor when its path was touched', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: MOST }),
        fc.nat(),
        fc.nat(),
        async (size, any, other) => {
          const index = any % size;
          const tree = all.slice(0, size);
          const root = mth(tree);
          const proof = await proveInclusion(index, size, readFrom(tree), sha256);
          const refuses = (change: Partial<typeof proof>, of = at(all, index), to = root) =>
            expect(checkInclusion(of, { ...proof, ...change }, to, sha256).holds).toBe(false);
          refuses({}, leaf('another'));
          refuses({}, undefined, leaf('another'));
          const elsewhere = other % size;
          if (elsewhere !== index) refuses({ index: elsewhere });
          refuses({ index: size });
          refuses({ index: -1 });
          refuses({ size: Number.NaN });
          refuses({ path: proof.path.slice(1) });
          refuses({ path: proof.path.slice(0, -1) });
          refuses({ path: [...proof.path, leaf('more')] });
          const touched = proof.path.map((hash) => Uint8Array.from(hash));
          const hash = touched[other % touched.length] as Uint8Array;
          hash[other % 32] = (hash[other % 32] as number) ^ (1 << (other % 8));
          refuses({ path: touched });
          refuses({ path: proof.path.map((one) => one.slice(1)) });
        },
      ),
    );
  });
});

describe('a proof of consistency', () => {
  it('is that of the definition, and holds', async () => {
    await fc.assert(
      fc.asyncProperty(aSize, fc.nat(), async (to, any) => {
        const from = any % (to + 1);
        const [old, grown] = [all.slice(0, from), all.slice(0, to)];
        const proof = await proveConsistency(from, to, readFrom(grown), sha256);
        const expected = from === 0 ? [] : subproof(from, grown, true);
        expect(proof.path.map(hex)).toEqual(expected.map(hex));
        expect(checkConsistency(proof, mth(old), mth(grown), sha256)).toEqual({ holds: true });
      }),
    );
  });

  it('does not hold when history was written anew, or the path was touched', async () => {
    await fc.assert(
      fc.asyncProperty(aSize, fc.nat(), fc.nat(), async (to, any, other) => {
        const from = 1 + (any % to);
        const grown = all.slice(0, to);
        const [before, after] = [mth(all.slice(0, from)), mth(grown)];
        const proof = await proveConsistency(from, to, readFrom(grown), sha256);
        const rewritten = grown.with(other % from, leaf('rewritten'));
        const forged = await proveConsistency(from, to, readFrom(rewritten), sha256);
        expect(checkConsistency(forged, before, mth(rewritten), sha256).holds).toBe(false);
        const refuses = (change: Partial<typeof proof>, one = before, two = after) =>
          expect(checkConsistency({ ...proof, ...change }, one, two, sha256).holds).toBe(false);
        refuses({}, leaf('x'));
        refuses({}, undefined, leaf('x'));
        refuses({ path: [...proof.path, leaf('more')] });
        if (proof.path.length > 0) refuses({ path: proof.path.slice(1) });
        refuses({ from: to + 1 });
      }),
    );
  });

  it('of an empty tree says that it was empty', () => {
    const proof = { from: 0, to: 5, path: [] };
    const root = mth(leaves(5));
    expect(checkConsistency(proof, emptyRoot(sha256), root, sha256)).toEqual({ holds: true });
    expect(checkConsistency(proof, leaf('x'), root, sha256).holds).toBe(false);
  });
});
