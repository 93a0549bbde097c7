// The evidence of a receipt: the blocks against their names, the whole against key, record and digest.
import { canonicalJson } from '../kernel/canonical-json';
import { cidOfRaw } from './cid';
import { misfitOfEvidence, openEvidence, type Evidence, type OpenPorts } from './evidence';
import { fromHex } from './hex';
import type { Sha256 } from './merkle';
import type { Receipt } from './receipt';
import { fails, holds, unanswered, unchecked, type Finding } from './report';

export interface EvidencePorts {
  readonly sha256: Sha256;
  /** AES-256-GCM; undefined where the machine has none (a page without a secure context). */
  readonly open?: OpenPorts['open'] | undefined;
  /** Where blocks come from, not believed: null when it has no such block. Rejects when it does not answer. */
  readonly block?: ((cid: string) => Promise<Uint8Array | null>) | undefined;
}

export interface EvidenceFindings {
  readonly finding: Finding;
  readonly details: Readonly<Record<string, unknown>> | null;
}

const AT = '/openings/details/value';

/** `opened`: the details are what the leaf commits to. */
export async function checkEvidence(
  receipt: Receipt,
  opened: boolean,
  ports: EvidencePorts,
): Promise<EvidenceFindings> {
  const only = (finding: Finding): EvidenceFindings => ({ finding, details: null });
  const { details } = receipt.openings;
  if (!details) {
    return only(
      receipt.evidence
        ? fails(
            'There is a key, and the details that would name what it opens are not disclosed.',
            '/evidence',
          )
        : unchecked('The details are not disclosed, so it is not said whether there is any.'),
    );
  }
  if (!opened) return only(unchecked('The details are not those of the leaf.'));
  const short = objectOf(details.value);
  if (!short || !Object.hasOwn(short, 'evidence')) {
    return only(
      receipt.evidence
        ? fails('There is a key, and the record names no evidence.', '/evidence')
        : holds('The record names none: its details are whole.'),
    );
  }
  const misfit = misfitOfEvidence(short['evidence']);
  if (misfit) return only(fails(misfit, `${AT}/evidence`));
  const evidence = short['evidence'] as Evidence;
  if (!ports.block) {
    return only(
      unchecked(`${evidence.bytes} bytes of evidence: no place to read them from was given.`),
    );
  }
  const blocks = await fetched(evidence.cids, ports.block, ports.sha256);
  if ('state' in blocks) return only(blocks);
  if (!receipt.evidence) {
    return only(
      holds(
        'All its blocks are those that the record names; the key to open them is not disclosed.',
      ),
    );
  }
  if (!ports.open)
    return only(unchecked('This page has no AES-GCM: open it over HTTPS or from disk.'));
  const key = fromHex(receipt.evidence.key) as Uint8Array;
  const verdict = await openEvidence(evidence, receipt.leaf.id, key, {
    sha256: ports.sha256,
    open: ports.open,
    block: (cid) => Promise.resolve(blocks.get(cid) ?? null),
  });
  if (!verdict.holds) {
    // The blocks are right by now, so it is the key that was changed.
    const where = verdict.where === '/evidence' ? '/evidence/key' : `${AT}${verdict.where}`;
    return only(fails(verdict.why, where));
  }
  const odd = Object.keys(short).find(
    (name) => name !== 'evidence' && !sameValue(short[name], verdict.details[name]),
  );
  if (odd !== undefined) {
    return only(fails(`The record says otherwise than its evidence of ${odd}.`, `${AT}/${odd}`));
  }
  return {
    finding: holds(`${evidence.bytes} bytes were decrypted, and are what was recorded.`),
    details: verdict.details,
  };
}

async function fetched(
  cids: readonly string[],
  block: (cid: string) => Promise<Uint8Array | null>,
  sha256: Sha256,
): Promise<Map<string, Uint8Array> | Finding> {
  const blocks = new Map<string, Uint8Array>();
  for (const cid of cids) {
    let bytes: Uint8Array | null;
    try {
      bytes = await block(cid);
    } catch (error) {
      return unanswered(`${error instanceof Error ? error.message : String(error)}`, cid);
    }
    if (!bytes)
      return unanswered('The block is not there: it was removed, or is kept elsewhere.', cid);
    if (cidOfRaw(bytes, sha256) !== cid) {
      return fails('The block has other bytes than its name says.', cid);
    }
    blocks.set(cid, bytes);
  }
  return blocks;
}

function objectOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

const sameValue = (one: unknown, other: unknown): boolean =>
  other !== undefined && canonicalJson(one) === canonicalJson(other);
