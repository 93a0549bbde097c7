// The Merkle tree of RFC 6962: hashes of leaves and nodes, roots, and the checking of proofs.
import { fleeting } from '../kernel/bytes';

export type Sha256 = (bytes: Uint8Array) => Uint8Array;
/** 32 bytes. */
export type Hash = Uint8Array;

export const HASH_BYTES = 32;
/** The largest tree: sizes and indices are exact as numbers. */
export const LARGEST_SIZE = Number.MAX_SAFE_INTEGER;

const LEAF = 0x00;
const NODE = 0x01;

/** What a proof was found to be: `why` names the link that does not hold. */
export type ProofVerdict = { holds: true } | { holds: false; why: string };

/** SHA-256(0x00 || entry) (RFC 6962 section 2.1). */
export function leafHash(entry: Uint8Array, sha256: Sha256): Hash {
  const bytes = fleeting(1 + entry.length);
  bytes[0] = LEAF;
  bytes.set(entry, 1);
  return sha256(bytes.subarray(0, 1 + entry.length));
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: Hash, right: Hash, sha256: Sha256): Hash {
  const bytes = fleeting(1 + 2 * HASH_BYTES);
  bytes[0] = NODE;
  bytes.set(left, 1);
  bytes.set(right, 1 + HASH_BYTES);
  return sha256(bytes.subarray(0, 1 + 2 * HASH_BYTES));
}

/** The root of the tree without a leaf: the hash of nothing. */
export const emptyRoot = (sha256: Sha256): Hash => sha256(new Uint8Array(0));

export function sameHash(one: Hash, other: Hash): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** A perfect subtree: the leaves from `index * 2^level` on, 2^level of them. */
export interface NodeAt {
  readonly level: number;
  readonly index: number;
}

/**
 * The perfect subtrees that make up the leaves [begin, end), from left to right; their hashes folded from the right
 * are the hash of the range. `begin` is a multiple of the largest power of two below `end - begin`, as every range of
 * the RFC is. At most two for each bit of `end`.
 */
export function perfectParts(begin: number, end: number): NodeAt[] {
  const parts: NodeAt[] = [];
  for (let at = begin; at < end;) {
    const size = largestPower(end - at);
    parts.push({ level: Math.log2(size), index: at / size });
    at += size;
  }
  return parts;
}

/** The largest power of two that is at most `count` (count >= 1). */
export function largestPower(count: number): number {
  let power = 2 ** Math.floor(Math.log2(count));
  // The logarithm of numbers near 2^53 is rounded.
  if (power > count) power /= 2;
  return power;
}

/** The largest power of two below `size`: where the tree of `size` > 1 leaves is cut (RFC 6962 section 2.1). */
export const cutOf = (size: number): number => largestPower(size - 1);

/** One hash of ranges that lie side by side, each of them larger than all behind it together. */
export function foldRight(hashes: readonly Hash[], sha256: Sha256): Hash {
  return hashes.reduceRight((right, left) => nodeHash(left, right, sha256));
}

/** The root over the hashes of leaves. */
export function rootOf(leaves: readonly Hash[], sha256: Sha256): Hash {
  if (leaves.length === 0) return emptyRoot(sha256);
  const growing = new CompactRange(sha256);
  for (const leaf of leaves) growing.push(leaf);
  return growing.root();
}

/** The perfect subtrees of a growing tree: all that it takes to append to it. */
export class CompactRange {
  #size = 0;
  readonly #parts: Hash[];

  /** `parts`: the hashes of `perfectParts(0, size)`. */
  constructor(
    private readonly sha256: Sha256,
    size = 0,
    parts: readonly Hash[] = [],
  ) {
    if (parts.length !== perfectParts(0, size).length) {
      throw new RangeError(`A tree of ${size} leaves is not made of ${parts.length} subtrees.`);
    }
    this.#size = size;
    this.#parts = [...parts];
  }

  get size(): number {
    return this.#size;
  }

  /** The hashes of `perfectParts(0, size)`. */
  get parts(): readonly Hash[] {
    return this.#parts;
  }

  /** Takes the hash of the next leaf; `made` hears of each perfect subtree that it completes, above the leaf. */
  push(leaf: Hash, made?: (node: NodeAt, hash: Hash) => void): void {
    let hash = leaf;
    let index = this.#size;
    for (let level = 1; index % 2 === 1; level++) {
      const left = this.#parts.pop();
      if (!left) throw new Error('A compact range lost a subtree.');
      hash = nodeHash(left, hash, this.sha256);
      index = (index - 1) / 2;
      made?.({ level, index }, hash);
    }
    this.#parts.push(hash);
    this.#size++;
  }

  root(): Hash {
    return this.#size === 0 ? emptyRoot(this.sha256) : foldRight(this.#parts, this.sha256);
  }
}

export interface InclusionProof {
  /** Of the leaf, from 0. */
  readonly index: number;
  /** Leaves of the tree that the proof is for. */
  readonly size: number;
  /** From the leaf up to the root (RFC 6962 section 2.1.1). */
  readonly path: readonly Hash[];
}

export interface ConsistencyProof {
  readonly from: number;
  readonly to: number;
  /** As in RFC 6962 section 2.1.2. */
  readonly path: readonly Hash[];
}

/** Whether `leaf` stands at its index in the tree with this root (RFC 9162 section 2.1.3.2). */
export function checkInclusion(
  leaf: Hash,
  proof: InclusionProof,
  root: Hash,
  sha256: Sha256,
): ProofVerdict {
  const led = rootByPath(leaf, proof, sha256);
  if ('why' in led) return failed(led.why);
  return sameHash(led.root, root) ? HOLDS : failed('The path leads to another root.');
}

/** The root that a path leads to from a leaf; `why` when the path is none of a tree of this size. */
export function rootByPath(
  leaf: Hash,
  { index, size, path }: InclusionProof,
  sha256: Sha256,
): { root: Hash } | { why: string } {
  if (!isSize(size) || !isSize(index) || index >= size) {
    return { why: `There is no entry ${index} in a tree of ${size}.` };
  }
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (sibling.length !== HASH_BYTES) return { why: 'A hash of the path has not 32 bytes.' };
    if (last === 0) return { why: 'The path goes on above the root.' };
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash, sha256);
      // Where the tree is lopsided this node is its own parent.
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      hash = nodeHash(hash, sibling, sha256);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? { root: hash } : { why: 'The path ends below the root.' };
}

/** Whether the tree of `to` leaves begins with that of `from` (RFC 9162 section 2.1.4.2). */
export function checkConsistency(
  { from, to, path }: ConsistencyProof,
  before: Hash,
  after: Hash,
  sha256: Sha256,
): ProofVerdict {
  if (!isSize(from) || !isSize(to) || from > to) {
    return failed(`A tree of ${to} entries cannot go on from one of ${from}.`);
  }
  if (path.some((hash) => hash.length !== HASH_BYTES)) {
    return failed('A hash of the path has not 32 bytes.');
  }
  if (from === to || from === 0) {
    if (path.length > 0) return failed('The path is longer than its two trees ask for.');
    const root = from === to ? after : emptyRoot(sha256);
    return sameHash(before, root) ? HOLDS : failed('The earlier root is another one.');
  }
  let at = from - 1;
  let last = to - 1;
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  // A perfect earlier tree is a node of the later one, and its root is the first hash.
  const hashes = at === 0 ? [before, ...path] : path;
  const [first, ...rest] = hashes;
  if (!first) return failed('The path is shorter than its two trees ask for.');
  let old = first;
  let grown = first;
  for (const sibling of rest) {
    if (last === 0) return failed('The path goes on above the root.');
    if (at % 2 === 1 || at === last) {
      old = nodeHash(sibling, old, sha256);
      grown = nodeHash(sibling, grown, sha256);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      grown = nodeHash(grown, sibling, sha256);
    }
    [at, last] = [half(at), half(last)];
  }
  if (last !== 0) return failed('The path ends below the root.');
  if (!sameHash(old, before)) return failed('The path leads to another earlier root.');
  return sameHash(grown, after) ? HOLDS : failed('The path leads to another later root.');
}

const HOLDS: ProofVerdict = { holds: true };
const failed = (why: string): ProofVerdict => ({ holds: false, why });
const isSize = (count: number): boolean => Number.isSafeInteger(count) && count >= 0;
/** Shifts would cut indices to 32 bits. */
const half = (count: number): number => Math.floor(count / 2);
