// Specs of the way from a leaf to the root, against a tree that is built from its definition (RFC 6962, 2.1).
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { foldPath, proofSteps } from './proof-steps';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const leafHash = (index: number): string => sha256(Buffer.from([0, index >> 8, index & 255]));
const join = (left: string, right: string): string =>
  sha256(Buffer.from(`01${left}${right}`, 'hex'));

/** The largest power of two below n. */
const split = (n: number): number => 2 ** Math.floor(Math.log2(n - 1));

function rootOf(from: number, to: number): string {
  if (to - from === 1) return leafHash(from);
  const middle = from + split(to - from);
  return join(rootOf(from, middle), rootOf(middle, to));
}

function pathOf(
  index: number,
  from: number,
  to: number,
): { hash: string; from: number; to: number }[] {
  if (to - from === 1) return [];
  const middle = from + split(to - from);
  const [near, far] =
    index < middle
      ? ([
          [from, middle],
          [middle, to],
        ] as const)
      : ([
          [middle, to],
          [from, middle],
        ] as const);
  return [
    ...pathOf(index, near[0], near[1]),
    { hash: rootOf(far[0], far[1]), from: far[0], to: far[1] },
  ];
}

describe('the way from a leaf to the root', () => {
  it('ends at the root, and says which entries each sibling stands for', async () => {
    for (const size of [1, 2, 3, 5, 8, 13, 31, 64]) {
      for (let index = 0; index < size; index++) {
        const path = pathOf(index, 0, size);
        const steps = proofSteps(
          index,
          size,
          path.map(({ hash }) => hash),
        );
        expect(
          steps?.map(({ from, to }) => [from, to]),
          `${index} of ${size}`,
        ).toEqual(path.map(({ from, to }) => [from, to]));
        const nodes = await foldPath(leafHash(index), steps ?? []);
        expect(nodes.at(-1) ?? leafHash(index)).toBe(rootOf(0, size));
      }
    }
  });

  it('is none when the path is too short, too long, or the entry is not in the tree', () => {
    const path = pathOf(3, 0, 7).map(({ hash }) => hash);
    expect(proofSteps(3, 7, path.slice(1))).toBeUndefined();
    expect(proofSteps(3, 7, [...path, leafHash(1)])).toBeUndefined();
    expect(proofSteps(7, 7, path)).toBeUndefined();
  });
});
