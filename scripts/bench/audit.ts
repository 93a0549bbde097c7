// The audit log: records closed and appended by the sequencer in batches that are on disk before they are told, beside a plain
// file; proofs out of a tree of a million; the whole recording stage with keys and index; gas of anchors on a real node.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { hmacSha512, logIdentity, sha256, sha256Hex } from '@verity/adapters/crypto/audit-crypto';
import { sealEvidence } from '@verity/adapters/crypto/evidence-cipher';
import { logFiles } from '@verity/adapters/log-files';
import { connectMongo } from '@verity/adapters/mongo/connect';
import { ensureIndexes, mongoRepositories } from '@verity/adapters/mongo/repositories';
import { newId, systemClock } from '@verity/adapters/world';
import { leafBytes, leafOf } from '@verity/domain/audit/leaf';
import { MerkleLog } from '@verity/domain/audit/log';
import { checkInclusion, leafHash } from '@verity/domain/audit/merkle';
import { proveInclusion } from '@verity/domain/audit/prove';
import { sequence, type SequencerNeeds } from '@verity/domain/audit/sequence';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import type { AuditRecordId } from '@verity/protocol/ids';
import { AUDIT_AT_ONCE } from '../../backend/server/src/pipeline/record';
import { openAudit, openSequencer } from '../../backend/server/src/pipeline/spec-audit';
import { bringUp } from '../stack/bring-up';
import { chain } from '../stack/chain';
import { mongodb } from '../stack/mongodb';
import { measureAnchorGas } from './anchor-gas';
import { countOption, cpuSeconds, median, percentile, range, type Bench } from './measure';

/** As many as the recording stage takes from the bus at most. */
const BATCH = AUDIT_AT_ONCE;
const EVIDENCE_ABOVE_BYTES = 4_096;
const PROOFS = 5_000;
/** Entries of a run through the whole stage, with the index in MongoDB. */
const STAGE_SHARE = 1 / 10;
const SYNCS = 300;

const keys = { actor: randomBytes(32), subject: randomBytes(32) };
const at = new Date().toISOString();

/** As decisions about sessions are: the most frequent record. */
const aRecord = (index: number): AuditRecord => ({
  id: newId<AuditRecordId>(),
  at,
  actor: 'system:policy',
  action: 'session.decision',
  subject: `session:${index}`,
  outcome: 'success',
  address: '192.0.2.1',
  details: { user: `user:${index % 997}`, effect: 'step_up', risk_score: 71.25, rule: 'high-asks' },
});

export const bench: Bench = async (options, say) => {
  const runs = countOption(options, 'runs', 5);
  const entries = countOption(options, 'events', 200_000, BATCH);
  const tree = countOption(options, 'entries', 1_000_000, BATCH);
  const directory = mkdtempSync(join(tmpdir(), 'verity-bench-audit-'));
  try {
    const fsync = await syncLatency(join(directory, 'sync'));
    say(`fdatasync of 4 KiB: p50 ${fsync.p50} ms, p99 ${fsync.p99} ms`);
    const ours: Appended[] = [];
    const plain: Appended[] = [];
    for (let index = 0; index < runs; index++) {
      const sides = [
        async () => ours.push(await appendLog(join(directory, `log-${index}`), entries)),
        async () => plain.push(await appendFile(join(directory, `file-${index}`), entries)),
      ];
      for (const side of index % 2 ? sides.reverse() : sides) await side();
      say(`run ${index + 1}: log ${ours.at(-1)?.perSecond}, file ${plain.at(-1)?.perSecond} /s`);
    }
    say(`growing a tree of ${tree} entries`);
    const proofs = await measureProofs(join(directory, 'tree'), tree);
    say('the recording stage, and gas');
    const rest = await overStack(directory, Math.ceil(entries * STAGE_SHARE), tree);
    const perSecond = ours.map((run) => run.perSecond);
    const { perAnchor } = rest.gas;
    const anchorsPerMillion = 1e6 / rest.gas.entriesPerAnchor;
    return {
      entriesPerSecond: median(perSecond),
      entriesPerSecondRange: range(perSecond),
      cpuMicrosecondsPerEntry: median(ours.map((run) => run.cpu)),
      batch: BATCH,
      fsync,
      plainFilePerSecond: median(plain.map((run) => run.perSecond)),
      plainFileRange: range(plain.map((run) => run.perSecond)),
      ratioToPlainFile: ratio(median(perSecond), median(plain.map((run) => run.perSecond))),
      stageEntriesPerSecond: rest.stage,
      ...proofs,
      gasPerAnchor: perAnchor.median,
      gas: rest.gas,
      perMillionEntries: {
        anchors: anchorsPerMillion,
        gas: Math.round(anchorsPerMillion * perAnchor.median),
        /** Of the native coin, at these prices of gas. */
        coinAtGwei: Object.fromEntries(
          [0.1, 1, 10].map((gwei) => [gwei, round(anchorsPerMillion * perAnchor.median * gwei * 1e-9)]), // prettier-ignore
        ),
      },
      runs,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

interface Appended {
  perSecond: number;
  /** Microseconds of processor time for each. */
  cpu: number;
}

const identity = logIdentity('bench.example/log', randomBytes(32));
const openLog = (directory: string): Promise<MerkleLog> =>
  MerkleLog.open(logFiles(directory), { ...identity, sha256 });

const closing = { sha256Hex, hmac: hmacSha512 };
const close = (record: AuditRecord): Uint8Array => leafBytes(leafOf(record, keys, closing));

/** What the sequencer of the product has, but for MongoDB: keys at hand, and an index that keeps nothing. */
const withoutStores: SequencerNeeds = {
  ...{ sha256, ...closing, seal: sealEvidence, turn: () => setImmediate() },
  keys: {
    of: async (persons) => new Map(persons.map((person) => [person, keys.subject])),
    destroy: async () => undefined,
  },
  index: {
    known: async () => new Set<string>(),
    add: async () => undefined,
    erase: async () => 0,
  },
  evidence: { keep: async () => undefined, flag: async () => 0 },
  evidenceAbove: EVIDENCE_ABOVE_BYTES,
};

/** Closes records and appends them. */
async function appendLog(directory: string, count: number): Promise<Appended> {
  const records = Array.from({ length: count }, (_, index) => aRecord(index));
  const log = await openLog(directory);
  return timed(count, async () => {
    for (let from = 0; from < count; from += BATCH) {
      await sequence(records.slice(from, from + BATCH), log, new Map(), withoutStores);
    }
  });
}

/** The same records as lines of JSON, on disk by the batch: what nobody can prove anything with. */
async function appendFile(path: string, count: number): Promise<Appended> {
  const records = Array.from({ length: count }, (_, index) => aRecord(index));
  const file = await open(path, 'w');
  try {
    return await timed(count, async () => {
      for (let from = 0; from < count; from += BATCH) {
        const lines = records.slice(from, from + BATCH).map((one) => `${JSON.stringify(one)}\n`);
        await file.write(lines.join(''));
        await file.datasync();
      }
    });
  } finally {
    await file.close();
  }
}

async function timed(count: number, work: () => Promise<void>): Promise<Appended> {
  const [began, cpu] = [performance.now(), cpuSeconds()];
  await work();
  const seconds = (performance.now() - began) / 1000;
  return {
    perSecond: Math.round(count / seconds),
    cpu: round(((cpuSeconds() - cpu) / count) * 1e6),
  };
}

async function syncLatency(path: string): Promise<{ p50: number; p99: number }> {
  const file = await open(path, 'w');
  const page = Buffer.alloc(4_096, 1);
  const found: number[] = [];
  for (let index = 0; index < SYNCS; index++) {
    const began = performance.now();
    await file.write(page);
    await file.datasync();
    found.push(performance.now() - began);
  }
  await file.close();
  return { p50: round(percentile(found, 0.5)), p99: round(percentile(found, 0.99)) };
}

/** Proofs of entries all over a large tree, read from its tiles. */
async function measureProofs(directory: string, size: number) {
  const log = await openLog(directory);
  const leaves = Array.from({ length: BATCH }, (_, index) => close(aRecord(index)));
  for (let from = 0; from < size; from += BATCH) await log.append(leaves);
  const places = Array.from({ length: PROOFS }, (_, index) => Math.floor((index * size) / PROOFS));
  const began = performance.now();
  const proofs = [];
  for (const index of places) proofs.push(await proveInclusion(index, size, log.reader(), sha256));
  const proved = performance.now();
  const hashes = places.map((place) => leafHash(leaves[place % BATCH] as Uint8Array, sha256));
  const checking = performance.now();
  for (const [index, proof] of proofs.entries()) {
    const verdict = checkInclusion(hashes[index] as Uint8Array, proof, log.root, sha256);
    if (!verdict.holds) throw new Error(verdict.why);
  }
  const checked = performance.now();
  const bytes = proofs.map(({ path }) => path.length * 32);
  return {
    treeEntries: size,
    proofMicroseconds: round(((proved - began) / PROOFS) * 1000),
    verifyMicroseconds: round(((checked - checking) / PROOFS) * 1000),
    inclusionBytes: Math.max(...bytes),
    inclusionBytesMedian: median(bytes),
  };
}

/** The stage as the pipeline runs it, keys and index in MongoDB; and gas on a node of its own. */
async function overStack(directory: string, count: number, leaves: number) {
  const stack = await bringUp({ dataDir: join(directory, 'stack'), parts: [mongodb, chain] });
  try {
    const url = stack.env.MONGODB_URL as string;
    const mongo = await connectMongo(url, { appName: 'bench', patience: 'work' });
    await ensureIndexes(mongo);
    const stores = mongoRepositories(mongo, { clock: systemClock });
    const footing = {
      ...{ mongo, stores, clock: systemClock, newId, log: { warn: () => undefined } },
      config: {
        MASTER_KEY: randomBytes(32).toString('hex'),
        PUBLIC_URL: 'https://bench.example',
        PORT: 0,
        DATA_DIR: join(directory, 'stage'),
        EVIDENCE_ABOVE_BYTES,
      },
    };
    const sequencer = openSequencer(footing, await openAudit(footing));
    const records = Array.from({ length: count }, (_, index) => aRecord(index));
    const { perSecond } = await timed(count, async () => {
      for (let from = 0; from < count; from += BATCH) {
        await sequencer.record(records.slice(from, from + BATCH));
      }
    });
    await sequencer.close();
    await mongo.close();
    const gas = await measureAnchorGas(stack.env.CHAIN_URL as string, { leaves });
    return { stage: perSecond, gas };
  } finally {
    await stack.stop();
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;
const ratio = (one: number, other: number): number => round(one / other);
