// The verifier for pages: what /verify.js serves, and what the static page is made of.
import { checkReceipt as check } from '@verity/domain/audit/check-receipt';
import type { Report } from '@verity/domain/audit/report';
import { blocksAt } from './gateway';
import { rpcAt } from './json-rpc';
import { tools } from './tools';

export type { Finding, Link, LinkName, Report, ReportedRecord } from '@verity/domain/audit/report';

export interface Sources {
  /** Addresses of the chain (JSON-RPC over HTTP); none: the anchor is not checked. All of them have to agree. */
  readonly rpc: readonly string[];
  /** Address of an IPFS gateway; none: evidence is not checked. */
  readonly gateway?: string | undefined;
  /** What is known from elsewhere: verifier key of the log, address of the contract. */
  readonly trusted?:
    { readonly key?: string | undefined; readonly contract?: string | undefined } | undefined;
}

/** Checks a receipt: the text of its file, or its bytes. Throws `Error` for an address that is none. */
export async function checkReceipt(
  text: string | Uint8Array,
  { rpc, gateway, trusted }: Sources,
): Promise<Report> {
  const options = {
    rpcs: rpc.map(rpcAt),
    ...(gateway ? { block: blocksAt(gateway) } : {}),
    ...(trusted ? { trusted } : {}),
  };
  return check(text, options, tools);
}
