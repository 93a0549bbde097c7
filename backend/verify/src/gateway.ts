// Blocks of evidence from a gateway of IPFS (the trustless kind: raw blocks by their names).
import { LARGEST_PART_BYTES } from '@verity/domain/audit/evidence';
import { addressOf, fetchBytes } from './fetch-bytes';

/** Throws `Error` for a text that is no address. */
export function blocksAt(text: string): (cid: string) => Promise<Uint8Array | null> {
  const base = addressOf(text.endsWith('/') ? text : `${text}/`, 'A gateway');
  const headers = { accept: 'application/vnd.ipld.raw' };
  return (cid) =>
    fetchBytes(new URL(`ipfs/${cid}?format=raw`, base), LARGEST_PART_BYTES, { headers });
}
