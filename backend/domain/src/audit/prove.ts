// Proofs out of a tree that is stored as perfect subtrees: which nodes they need, and what they make of them.
import {
  cutOf,
  foldRight,
  perfectParts,
  type ConsistencyProof,
  type Hash,
  type InclusionProof,
  type NodeAt,
  type Sha256,
} from './merkle';

/** Reads the hashes of perfect subtrees, in the order asked for. Throws when one is not there. */
export type ReadNodes = (nodes: readonly NodeAt[]) => Promise<Hash[]>;

/** Leaves from `begin` up to, not including, `end`. */
interface Range {
  readonly begin: number;
  readonly end: number;
}

/** Ranges beside the way from a leaf to the root, from the leaf up (PATH of RFC 6962 section 2.1.1). */
export function besideLeaf(index: number, size: number): Range[] {
  if (!(index >= 0 && index < size)) throw new RangeError(`No entry ${index} in ${size}.`);
  const beside: Range[] = [];
  let [begin, end] = [0, size];
  while (end - begin > 1) {
    const cut = begin + cutOf(end - begin);
    if (index < cut) {
      beside.push({ begin: cut, end });
      end = cut;
    } else {
      beside.push({ begin, end: cut });
      begin = cut;
    }
  }
  return beside.reverse();
}

/** Ranges of a consistency proof (SUBPROOF of RFC 6962 section 2.1.2), in its order. */
export function betweenSizes(from: number, to: number): Range[] {
  if (!(from >= 0 && from <= to)) throw new RangeError(`No way from ${from} to ${to}.`);
  if (from === 0 || from === to) return [];
  const ranges: Range[] = [];
  let [begin, end] = [0, to];
  while (from < end) {
    const cut = begin + cutOf(end - begin);
    if (from <= cut) {
      ranges.push({ begin: cut, end });
      end = cut;
    } else {
      ranges.push({ begin, end: cut });
      begin = cut;
    }
  }
  // Where the earlier tree is a subtree from the first leaf on, its root is known to whoever checks.
  if (begin > 0) ranges.push({ begin, end });
  return ranges.reverse();
}

export async function proveInclusion(
  index: number,
  size: number,
  read: ReadNodes,
  sha256: Sha256,
): Promise<InclusionProof> {
  return { index, size, path: await hashesOf(besideLeaf(index, size), read, sha256) };
}

export async function proveConsistency(
  from: number,
  to: number,
  read: ReadNodes,
  sha256: Sha256,
): Promise<ConsistencyProof> {
  return { from, to, path: await hashesOf(betweenSizes(from, to), read, sha256) };
}

/** The hashes of ranges, with one reading for all their nodes. */
export async function hashesOf(
  ranges: readonly Range[],
  read: ReadNodes,
  sha256: Sha256,
): Promise<Hash[]> {
  const parts = ranges.map(({ begin, end }) => perfectParts(begin, end));
  const hashes = await read(parts.flat());
  let next = 0;
  return parts.map(({ length }) => foldRight(hashes.slice(next, (next += length)), sha256));
}
