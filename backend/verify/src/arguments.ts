// The command line of verity-verify.
import { parseArgs } from 'node:util';

export const USAGE = `Usage: verity-verify [RECEIPT.json | EXPORT.jsonl | FOLDER | -]… [options]

Checks receipts of a Verity audit log, by nothing but themselves and whom you name:
  --rpc URL         address of the chain (JSON-RPC); several have to agree
  --key KEY         verifier key of the log that you trust; else that of the receipt
  --contract 0x…    address of the contract that you trust; else that of the receipt
  --gateway URL     IPFS gateway, for evidence
  --evidence PATH   blocks of evidence as files, or a folder of them
  --log URL|FOLDER  the log itself: the record is in it, and it has only grown since
  --all             walks the whole log of --log as well, every entry and tile
  --json            one JSON object instead of text
  --quiet           only what is broken
Exit code: 0 proven or consistent, 1 broken, 2 usage or unreadable, 3 somebody who was named did not answer.`;

export interface Arguments {
  readonly places: readonly string[];
  readonly rpcs: readonly string[];
  readonly key: string | undefined;
  readonly contract: string | undefined;
  readonly gateway: string | undefined;
  readonly evidence: readonly string[];
  readonly log: string | undefined;
  readonly all: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Null when help was asked for. Throws `Error` that says what does not fit. */
export function readArguments(args: readonly string[]): Arguments | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rpc: { type: 'string', multiple: true },
      key: { type: 'string' },
      contract: { type: 'string' },
      gateway: { type: 'string' },
      evidence: { type: 'string', multiple: true },
      log: { type: 'string' },
      all: { type: 'boolean' },
      json: { type: 'boolean' },
      quiet: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return null;
  const { rpc = [], evidence = [], all = false, json = false, quiet = false, ...one } = values;
  if (one.contract !== undefined && !/^0x[0-9a-fA-F]{40}$/.test(one.contract)) {
    throw new Error('--contract should be an address: 0x and 40 hex digits.');
  }
  if (all && one.log === undefined) throw new Error('--all walks a log: name it by --log.');
  if (positionals.length === 0 && !all) throw new Error('Name a receipt, or a log to walk.');
  if (positionals.length === 0 && one.key === undefined) {
    throw new Error('Without a receipt, --key has to say whose log it is.');
  }
  return {
    places: positionals,
    rpcs: rpc,
    key: one.key,
    contract: one.contract,
    gateway: one.gateway,
    evidence,
    log: one.log,
    all,
    json,
    quiet,
  };
}
