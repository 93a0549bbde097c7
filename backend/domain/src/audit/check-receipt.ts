// The verifier: a receipt link by link, by nothing but itself, a chain, and where its evidence is kept.
import { firstDeviation } from '../kernel/canonical-text';
import { checkAnchor, type Rpc } from './check-anchor';
import { checkEvidence, type EvidencePorts } from './check-evidence';
import { checkTree, type TreeTools } from './check-tree';
import { toHex } from './hex';
import {
  LONGEST_RECEIPT,
  misfitOfReceipt,
  parseReceipt,
  type Misfit,
  type Receipt,
} from './receipt';
import { fails, holds, LINKS, unchecked, type Finding, type LinkName, type Report } from './report';

export interface CheckTools extends TreeTools {
  readonly open?: EvidencePorts['open'];
}

export interface CheckOptions {
  /** Addresses of the chain; none: the anchor is not checked. All of them have to agree. */
  readonly rpcs?: readonly Rpc[];
  /** Where blocks of evidence come from; none: evidence is not checked. */
  readonly block?: EvidencePorts['block'];
  /** What is known from elsewhere than the receipt: the verifier key of the log, the address of the contract. */
  readonly trusted?: { readonly key?: string | undefined; readonly contract?: string | undefined };
}

/** Checks a receipt: the bytes of its file, or its text. */
export async function checkReceipt(
  file: Uint8Array | string,
  { rpcs = [], block, trusted = {} }: CheckOptions,
  tools: CheckTools,
): Promise<Report> {
  const trust: Report['trust'] = {
    key: trusted.key === undefined ? 'from the receipt' : 'pinned',
    contract: trusted.contract === undefined ? 'from the receipt' : 'pinned',
  };
  const read = readFile(file);
  if ('why' in read) {
    const rest = unchecked('The receipt cannot be read.');
    const findings = { ...all(rest), format: fails(read.why, read.where) };
    return { ...judged(findings), trust, cautions: [], record: null };
  }
  const { receipt } = read;
  const tree = await checkTree(receipt, trusted.key, tools);
  const [anchor, evidence] = await Promise.all([
    checkAnchor(receipt, tree.tree, rpcs, trusted.contract, tools.sha256),
    checkEvidence(receipt, !tree.openings.where?.endsWith('/details'), {
      sha256: tools.sha256,
      open: tools.open,
      block,
    }),
  ]);
  const findings: Findings = {
    format: holds('It is a receipt of version 1, in canonical form.'),
    leaf: tree.leaf,
    openings: tree.openings,
    inclusion: tree.inclusion,
    checkpoint: tree.checkpoint,
    anchor: anchor.finding,
    evidence: evidence.finding,
  };
  const { leaf, openings, inclusion } = receipt;
  return {
    ...judged(findings),
    trust,
    cautions: cautionsOf(receipt, trust, findings),
    record: {
      leaf,
      disclosed: Object.fromEntries(
        Object.entries(openings).map(([field, opening]) => [field, opening.value]),
      ),
      evidence: evidence.details,
      index: inclusion.index,
      size: inclusion.size,
      origin: tree.origin,
      root: tree.tree && toHex(tree.tree.root),
      anchoredAt: anchor.time === null ? null : new Date(anchor.time * 1000).toISOString(),
    },
  };
}

type Findings = Record<LinkName, Finding>;

const all = (finding: Finding): Findings =>
  Object.fromEntries(LINKS.map((link) => [link, finding])) as Findings;

function judged(findings: Findings): Pick<Report, 'verdict' | 'failed' | 'links'> {
  const links = LINKS.map((link) => ({ link, ...findings[link] }));
  const failed = links.find(({ state }) => state === 'fails')?.link ?? null;
  const anchored = findings.anchor.state === 'holds';
  return { verdict: failed ? 'broken' : anchored ? 'proven' : 'consistent', failed, links };
}

/** Bytes that are no UTF-8 are no receipt; a byte order mark is none either. */
function readFile(file: Uint8Array | string): ReturnType<typeof parseReceipt> {
  if (file.length > LONGEST_RECEIPT) return { where: '', why: 'It is too long to be a receipt.' };
  const text = typeof file === 'string' ? file : decoded(file);
  if (text === null) {
    return { where: '', why: `It is no UTF-8 from byte ${decodable(file as Uint8Array)} on.` };
  }
  if (!text.endsWith('\n'))
    return { where: '', why: 'It does not end with a line feed: it was cut.' };
  const odd = firstDeviation(text.slice(0, -1));
  if (odd) {
    // A member under another name is out of its order too: the name says more than the order.
    const misfit = strangeMember(text);
    if (misfit) return misfit;
    return { where: odd.where, why: `It is no canonical JSON from character ${odd.at} on.` };
  }
  return parseReceipt(text);
}

function strangeMember(text: string): Misfit | null {
  try {
    const misfit = misfitOfReceipt(JSON.parse(text));
    return misfit && /strange/.test(misfit.why) ? misfit : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Null when the bytes are no UTF-8, or end within a character and no more are to come. */
function decoded(bytes: Uint8Array, more = false): string | null {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes, { stream: more });
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Bytes in front of the first that cannot be decoded. */
function decodable(bytes: Uint8Array): number {
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (decoded(bytes.subarray(0, middle), true) === null) bad = middle;
    else good = middle;
  }
  return good;
}

function cautionsOf(receipt: Receipt, trust: Report['trust'], findings: Findings): string[] {
  const cautions: string[] = [];
  if (trust.key === 'from the receipt') {
    cautions.push(
      `The key of the log was taken from the receipt. Compare it with one from elsewhere: ${receipt.log.key}`,
    );
  }
  if (receipt.anchor && trust.contract === 'from the receipt') {
    cautions.push(
      `The contract was taken from the receipt. Compare its address with one from elsewhere: ${receipt.anchor.contract}`,
    );
  }
  if (findings.evidence.state === 'unchecked' && receipt.openings.details) {
    cautions.push('The evidence was not checked.');
  }
  return cautions;
}
