// The part of a receipt that is checked without anybody's help: leaf, openings, path and signed checkpoint, and which of
// them was changed when they do not fit together.
import { CLOSED_FIELDS, type ClosedField } from '@verity/protocol/audit/closed-fields';
import { parseCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint';
import { fromHex, inHex, toHex } from './hex';
import { commitmentOf, leafBytes, opens, type Leaf } from './leaf';
import {
  leafHash,
  rootByPath,
  sameHash,
  type Hash,
  type InclusionProof,
  type Sha256,
} from './merkle';
import { besideLeaf } from './prove';
import type { Receipt } from './receipt';
import { fails, holds, unchecked, type Finding } from './report';
import { parseNote, parseVerifierKey, signatureBy, type VerifyEd25519 } from './signed-note';

export interface TreeTools {
  readonly sha256: Sha256;
  /** Strict: as RFC 8032 has it, without the signatures that only some libraries take. */
  readonly verify: VerifyEd25519;
}

export interface TreeFindings {
  readonly leaf: Finding;
  readonly openings: Finding;
  readonly inclusion: Finding;
  readonly checkpoint: Finding;
  /** The tree that the log speaks of, as far as it can be told; signed when the checkpoint holds. */
  readonly tree: { readonly size: number; readonly root: Hash } | null;
  readonly origin: string | null;
}

/** Checks everything of a well-formed receipt that neither chain nor storage is needed for. */
export async function checkTree(
  receipt: Receipt,
  trustedKey: string | undefined,
  tools: TreeTools,
): Promise<TreeFindings> {
  const { sha256 } = tools;
  const proof: InclusionProof = {
    index: receipt.inclusion.index,
    size: receipt.inclusion.size,
    path: receipt.inclusion.path.map((hash) => fromHex(hash) as Hash),
  };
  const hashes = {
    stated: fromHex(receipt.inclusion.leaf_hash) as Hash,
    ofLeaf: leafHash(leafBytes(receipt.leaf), sha256),
  };
  const led = [hashes.stated, hashes.ofLeaf].flatMap((hash) => {
    const way = rootByPath(hash, proof, sha256);
    return 'root' in way ? [way.root] : [];
  });
  const signed = await checkCheckpoint(receipt, led, trustedKey, tools);
  const inclusion = checkPath(proof, hashes, signed.tree, sha256);
  return {
    ...checkLeaf(receipt, hashes, inclusion, sha256),
    inclusion,
    checkpoint: signed.finding,
    tree: signed.tree,
    origin: signed.origin,
  };
}

interface Hashes {
  /** The one that the receipt states. */
  readonly stated: Hash;
  /** The one of its leaf. */
  readonly ofLeaf: Hash;
}

function checkLeaf(
  { leaf, openings }: Receipt,
  { stated, ofLeaf }: Hashes,
  inclusion: Finding,
  sha256: Sha256,
): { leaf: Finding; openings: Finding } {
  const disclosed = CLOSED_FIELDS.filter((field) => openings[field]);
  const wrong = disclosed.filter((field) => {
    const opening = openings[field];
    return opening && !opens(leaf, field, opening, sha256);
  });
  const opened = holds(
    disclosed.length === 0
      ? 'Nothing is disclosed beyond the leaf.'
      : `What is disclosed is what the leaf commits to: ${disclosed.join(', ')}.`,
  );
  const same = sameHash(stated, ofLeaf);
  if (same || inclusion.where === '/inclusion/leaf_hash') {
    const [field] = wrong;
    return {
      leaf: holds(
        same
          ? 'The leaf has the hash that the receipt states.'
          : 'The leaf itself leads to the root; the stated hash is what was changed.',
      ),
      openings:
        field === undefined
          ? opened
          : fails(
              `Salt and value of ${field} are not what the leaf commits to.`,
              `/openings/${field}`,
            ),
    };
  }
  const leads = inclusion.state === 'holds';
  const mended = wrong.length > 0 ? reopened(leaf, openings, wrong, sha256) : null;
  if (mended && sameHash(leafHash(leafBytes(mended), sha256), stated)) {
    const [field = 'actor'] = wrong;
    const why = `Its ${field} was changed: what the opening commits to gives the stated hash.`;
    return { leaf: fails(why, `/leaf/${field}`), openings: opened };
  }
  const why = leads
    ? 'It was changed: it has not the hash that is in the log.'
    : 'It has not the hash that the receipt states.';
  const [field] = wrong;
  return {
    leaf: fails(why, '/leaf'),
    openings:
      field === undefined
        ? opened
        : fails(
            `Salt and value of ${field} are not what the leaf commits to.`,
            `/openings/${field}`,
          ),
  };
}

/** The leaf with the commitments that its openings make. */
function reopened(
  leaf: Leaf,
  openings: Receipt['openings'],
  fields: readonly ClosedField[],
  sha256: Sha256,
): Leaf {
  const made = fields.map((field) => {
    const { salt = '', value = null } = openings[field] ?? {};
    return [field, commitmentOf(field, fromHex(salt) as Uint8Array, value, inHex(sha256))];
  });
  return { ...leaf, ...(Object.fromEntries(made) as Partial<Leaf>) };
}

interface SignedTree {
  readonly finding: Finding;
  readonly tree: { readonly size: number; readonly root: Hash } | null;
  readonly origin: string | null;
}

/** `led`: the roots that the path leads to. They tell what was signed when the text was changed. */
async function checkCheckpoint(
  receipt: Receipt,
  led: readonly Hash[],
  trustedKey: string | undefined,
  { sha256, verify }: TreeTools,
): Promise<SignedTree> {
  const note = parseNote(receipt.checkpoint);
  const said = note && parseCheckpoint(note.text);
  const as = (finding: Finding, at: Checkpoint | null = said): SignedTree => ({
    finding,
    tree: at && { size: at.size, root: at.root },
    origin: at?.origin ?? null,
  });
  const key = parseVerifierKey(receipt.log.key, sha256);
  if (key?.kind !== 'ed25519') return as(fails('It is no verifier key of a log.', '/log/key'));
  if (trustedKey !== undefined && trustedKey !== receipt.log.key) {
    return as(fails('It is the key of another log than the trusted one.', '/log/key'));
  }
  if (!note) return as(fails('It is no signed note.', '/checkpoint'));
  if (note.signatures.length !== 1) {
    return as(fails('It bears other signatures beside that of the log.', '/checkpoint'));
  }
  if (await signatureBy(note, key, verify, sha256)) {
    if (!said) return as(fails('Its text is no checkpoint.', '/checkpoint'));
    return said.origin === key.name
      ? as(holds(`${said.origin} has signed this root for ${said.size} entries.`))
      : as(fails(`It is of ${said.origin}, and the key of ${key.name}.`, '/checkpoint'));
  }
  for (const root of led) {
    const meant: Checkpoint = { origin: key.name, size: receipt.inclusion.size, root };
    const text = writeCheckpoint(meant);
    if (!(await signatureBy({ ...note, text }, key, verify, sha256))) continue;
    const line = differingLine(note.text, text);
    return as(fails(`Its line ${line} is not what the log has signed.`, '/checkpoint'), meant);
  }
  return as(fails('The key of the log has not signed this text.', '/checkpoint'));
}

function differingLine(one: string, other: string): number {
  const lines = other.split('\n');
  return one.split('\n').findIndex((line, at) => line !== lines[at]) + 1;
}

function checkPath(
  proof: InclusionProof,
  { stated, ofLeaf }: Hashes,
  tree: SignedTree['tree'],
  sha256: Sha256,
): Finding {
  if (!tree) return unchecked('There is no root that it could lead to.');
  const leads = (other: Partial<InclusionProof> = {}, hash = stated): boolean => {
    const way = rootByPath(hash, { ...proof, ...other }, sha256);
    return 'root' in way && sameHash(way.root, tree.root);
  };
  const place = `entry ${proof.index} of ${tree.size}`;
  if (proof.size !== tree.size) {
    const why = `The checkpoint is of ${tree.size} entries, the proof of ${proof.size}.`;
    return fails(why, '/inclusion/size');
  }
  if (leads()) return holds(`The path leads from ${place} to the root.`);
  if (leads({}, ofLeaf)) {
    return fails(
      'It is not the hash of the leaf, which leads to the root.',
      '/inclusion/leaf_hash',
    );
  }
  const meant = [stated, ofLeaf].flatMap((hash) =>
    nearIndices(proof.index, tree.size).filter((index) => leads({ index }, hash)),
  )[0];
  if (meant !== undefined) {
    return fails(`The path is that of entry ${meant}, not of ${proof.index}.`, '/inclusion/index');
  }
  if (proof.index >= tree.size) {
    return fails(`There is no entry ${proof.index} in a tree of ${tree.size}.`, '/inclusion/index');
  }
  const steps = besideLeaf(proof.index, tree.size).length;
  if (proof.path.length !== steps) {
    const why = `It has ${proof.path.length} hashes; the way from ${place} has ${steps}.`;
    return fails(why, '/inclusion/path');
  }
  return fails(
    `From ${place} it leads to another root, ${toHex(lastOf(stated, proof, sha256))}.`,
    '/inclusion/path',
  );
}

function lastOf(hash: Hash, proof: InclusionProof, sha256: Sha256): Hash {
  const way = rootByPath(hash, proof, sha256);
  return 'root' in way ? way.root : new Uint8Array(0);
}

/** Indices that are written like this one but for a digit, or stand beside it. */
function nearIndices(index: number, size: number): number[] {
  const digits = String(index);
  const near = [index - 1, index + 1];
  for (let at = 0; at < digits.length; at++) {
    for (let digit = 0; digit < 10; digit++) {
      near.push(Number(`${digits.slice(0, at)}${digit}${digits.slice(at + 1)}`));
    }
  }
  return near.filter((one) => one >= 0 && one < size && one !== index);
}
