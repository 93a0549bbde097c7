// verity-verify: checks receipts, and whole logs, for whoever trusts nobody but themselves.
import { auditLog, type LogFinding } from '@verity/domain/audit/audit-log';
import { checkInLog, newestCheckpoint } from '@verity/domain/audit/check-log';
import { checkReceipt, type CheckOptions } from '@verity/domain/audit/check-receipt';
import type { Checkpoint } from '@verity/domain/audit/checkpoint';
import { fromHex } from '@verity/domain/audit/hex';
import type { LogFiles } from '@verity/domain/audit/log';
import { parseReceipt } from '@verity/domain/audit/receipt';
import { fails, unanswered, type Finding, type Report } from '@verity/domain/audit/report';
import { parseVerifierKey, type VerifierKey } from '@verity/domain/audit/signed-note';
import { readArguments, USAGE, type Arguments } from './arguments';
import { blocksAt } from './gateway';
import { blocksIn, receiptsIn, type NamedReceipt } from './inputs';
import { rpcAt } from './json-rpc';
import { logAt } from './log-source';
import { findingLine, reportLines, shortLine, verdictOf } from './print';
import { messageOf, runProgram } from './run-program';
import { tools } from './tools';

const EXIT = { good: 0, broken: 1, usage: 2, unanswered: 3 } as const;

interface Checked {
  readonly name: string;
  readonly report: Report;
  /** Null when no log was named, or the receipt is broken already. */
  readonly inLog: Finding | null;
}

interface Walked {
  readonly size: number;
  readonly findings: readonly LogFinding[];
}

async function main(given: Arguments): Promise<number> {
  try {
    return await verify(given);
  } catch (error) {
    console.error(messageOf(error));
    return EXIT.usage;
  }
}

async function verify(given: Arguments): Promise<number> {
  const { json, quiet, places } = given;
  const options = await optionsOf(given);
  const log = given.log === undefined ? null : new NamedLog(logAt(given.log));
  const sums = { proven: 0, consistent: 0, broken: 0, unanswered: 0 };
  const receipts: (Report & { name: string; log: Finding | null })[] = [];
  const named: NamedReceipt[] = [];
  for await (const receipt of receiptsIn(places)) {
    if (json || !quiet) named.push(receipt);
    const checked = await check(receipt, options, log);
    const verdict = verdictOf(checked.report, checked.inLog);
    sums[verdict] += 1;
    if (isUnanswered(checked)) sums.unanswered += 1;
    if (json) receipts.push({ name: checked.name, ...checked.report, verdict, log: checked.inLog });
    else say(checked, quiet, places.length > 1 || checked.name.includes('.jsonl:'));
  }
  const key = given.key ?? receiptKey(named);
  const walked = given.all && log ? await log.walk(keyOf(key), given) : null;
  const count = sums.proven + sums.consistent + sums.broken;
  if (json)
    console.log(JSON.stringify({ receipts, log: walked, summary: { receipts: count, ...sums } }));
  else if (count !== 1 && places.length > 0 && !(quiet && sums.broken === 0)) {
    const away = sums.unanswered > 0 ? `, ${sums.unanswered} not checked whole` : '';
    console.log(
      `${count} receipts: ${sums.proven} proven, ${sums.consistent} consistent, ${sums.broken} broken${away}`,
    );
  }
  if (sums.broken > 0 || (walked && walked.findings.length > 0)) return EXIT.broken;
  return sums.unanswered > 0 ? EXIT.unanswered : EXIT.good;
}

async function optionsOf(given: Arguments): Promise<CheckOptions> {
  const { rpcs, gateway, evidence, key, contract } = given;
  const files = evidence.length > 0 ? await blocksIn(evidence) : null;
  const remote = gateway === undefined ? null : blocksAt(gateway);
  const block = async (cid: string): Promise<Uint8Array | null> =>
    files?.get(cid) ?? (remote ? remote(cid) : null);
  return {
    rpcs: rpcs.map(rpcAt),
    ...(files || remote ? { block } : {}),
    trusted: { key, contract },
  };
}

async function check(
  { name, bytes }: NamedReceipt,
  options: CheckOptions,
  log: NamedLog | null,
): Promise<Checked> {
  const report = await checkReceipt(bytes, options, tools);
  return { name, report, inLog: log && report.record ? await log.check(bytes, report) : null };
}

const isUnanswered = ({ report, inLog }: Checked): boolean =>
  [...report.links, ...(inLog ? [inLog] : [])].some((link) => link.unanswered);

function say({ name, report, inLog }: Checked, quiet: boolean, short: boolean): void {
  const broken = verdictOf(report, inLog) === 'broken';
  if (quiet && !broken) return;
  if (short) console.log(shortLine(name, report, inLog));
  else console.log(reportLines(name, report, inLog).join('\n'));
}

/** The log of --log; its newest checkpoint is read once. */
class NamedLog {
  readonly #newest = new Map<string, Promise<Checkpoint | Finding>>();

  constructor(private readonly files: Pick<LogFiles, 'read'>) {}

  async check(bytes: Uint8Array, { record }: Report): Promise<Finding | null> {
    const read = parseReceipt(new TextDecoder().decode(bytes));
    const root = record?.root ? fromHex(record.root) : null;
    if ('why' in read || !root) return null;
    const { receipt } = read;
    const key = parseVerifierKey(receipt.log.key, tools.sha256);
    if (!key) return fails('Its key is none.', '/log/key');
    try {
      const newest = await this.#read(receipt.log.key, key);
      if ('why' in newest) return newest;
      return await checkInLog(receipt, root, newest, this.files, tools);
    } catch (error) {
      return unanswered(messageOf(error));
    }
  }

  #read(text: string, key: VerifierKey): Promise<Checkpoint | Finding> {
    const known = this.#newest.get(text);
    if (known) return known;
    const reading = newestCheckpoint(this.files, key, tools);
    this.#newest.set(text, reading);
    return reading;
  }

  async walk(key: VerifierKey, { json, quiet }: Arguments): Promise<Walked> {
    const findings: LogFinding[] = [];
    let size = 0;
    for await (const said of auditLog(this.files, key, tools)) {
      if (said.kind === 'progress') {
        ({ size } = said);
        if (process.stderr.isTTY) process.stderr.write(`\r${said.entries} of ${size} entries `);
        continue;
      }
      findings.push(said);
      if (!json) console.log(findingLine(said));
    }
    if (process.stderr.isTTY) process.stderr.write('\n');
    if (!json && !(quiet && findings.length === 0)) {
      const verdict =
        findings.length === 0 ? 'all as they were signed' : `${findings.length} findings`;
      console.log(`The log of ${key.name}: ${size} entries, ${verdict}`);
    }
    return { size, findings };
  }
}

function receiptKey(named: readonly NamedReceipt[]): string {
  for (const { bytes } of named) {
    const read = parseReceipt(new TextDecoder().decode(bytes));
    if ('receipt' in read) return read.receipt.log.key;
  }
  return '';
}

function keyOf(text: string): VerifierKey {
  const key = parseVerifierKey(text, tools.sha256);
  if (key) return key;
  throw new Error('--key should be the verifier key of the log: name+id+key.');
}

process.exitCode = await runProgram(USAGE, EXIT.usage, readArguments, main);
