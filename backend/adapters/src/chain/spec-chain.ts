// For specs: a chain, a log and a book of anchors of their own, and whoever anchors the one on the other.
import { randomBytes } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MerkleLog, type LogKeys } from '@verity/domain/audit/log';
import type { AnchoringPorts, AnchorLimits } from '@verity/domain/audit/anchor-ports';
import { syncAnchors } from '@verity/domain/audit/anchoring';
import { leafHash, rootOf } from '@verity/domain/audit/merkle';
import { writeVerifierKey } from '@verity/domain/audit/signed-note';
import { toHex } from '@verity/domain/audit/hex';
import { chain as chainPart } from '../../../../scripts/stack/chain';
import { logIdentity, sha256 } from '../crypto/audit-crypto';
import { createVault } from '../crypto/vault';
import { logFiles } from '../log-files';
import { logReader } from '../log-reader';
import { ChainPlaces } from '../mongo/chain-places';
import { MongoAuditAnchors } from '../mongo/audit-anchors';
import { scratchDatabase } from '../mongo/scratch';
import { pause } from '../pause';
import { connectChain, type Chain, type ChainSettings } from './open-chain';

/** A node of its own, which can be stopped and comes back on the same port. */
export async function openNode() {
  const data = mkdtempSync(join(tmpdir(), 'verity-chain-'));
  const found = await chainPart.find();
  if (!found) throw new Error('anvil is not installed');
  let child: ChildProcess | undefined;
  const home = { data, sockets: data, secret: () => '' };
  const { url } = await found.launch(home);
  const node = {
    url,
    async rpc<T = unknown>(method: string, ...params: unknown[]): Promise<T> {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const headers = { 'Content-Type': 'application/json' };
      const reply = await fetch(url, { method: 'POST', headers, body });
      const { result, error } = (await reply.json()) as { result: T; error?: { message: string } };
      if (error) throw new Error(`${method}: ${error.message}`);
      return result;
    },
    async start(): Promise<void> {
      const { child: spec } = await found.launch(home);
      child = spawn(spec.command, spec.args, { cwd: spec.cwd, env: spec.env, stdio: 'ignore' });
      const deadline = performance.now() + 20_000;
      while (!(await spec.ready())) {
        if (performance.now() > deadline) throw new Error('anvil does not start');
        await sleep(20);
      }
    },
    async stop(this: void, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
      if (!child) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
      child = undefined;
    },
    /** All that it knew. */
    forget: () => rmSync(join(data, 'state.json'), { force: true }),
    async close(): Promise<void> {
      await node.stop('SIGKILL');
      rmSync(data, { recursive: true, force: true });
    },
  };
  await node.start();
  return node;
}

export const SETTINGS: ChainSettings = {
  CHAIN_URL: undefined,
  CHAIN_ID: undefined,
  CHAIN_CONTRACT: undefined,
  CHAIN_PRIVATE_KEY: undefined,
  CHAIN_CONFIRMATIONS: undefined,
  CHAIN_MAX_FEE_GWEI: 200,
};

/** So large, and so late, that a checkpoint is frozen whenever there is a new entry. */
const EACH: AnchorLimits = { entries: 1, seconds: 1, patienceMs: 1_500 };

export type AnchorWorld = Awaited<ReturnType<typeof openAnchorWorld>>;

/** A log that has its anchors on the chain behind `url`. */
export async function openAnchorWorld(url: string | undefined, given: Partial<ChainSettings> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'verity-log-'));
  const database = await scratchDatabase();
  const { connection } = database;
  const { key, sign, verify } = logIdentity('log.example/verity', randomBytes(32));
  const keys: LogKeys = { key, sign, verify, sha256 };
  let log = await MerkleLog.open(logFiles(directory), keys);
  const book = new MongoAuditAnchors(connection);
  const places = new ChainPlaces(connection);
  const vault = createVault(randomBytes(32).toString('hex'));
  const logId = `0x${toHex(sha256(Buffer.from(writeVerifierKey(keys.key, sha256))))}`;
  const leaves: Uint8Array[] = [];
  const chains: Chain[] = [];
  let shiftMs = 0;
  const clock = (): Date => new Date(Date.now() + shiftMs);

  const connect = (more: Partial<ChainSettings> = {}, patienceMs?: number): Chain => {
    const settings = { ...SETTINGS, CHAIN_URL: url, ...given, ...more };
    const chain = connectChain({ settings, places, vault, clock, logId, patienceMs });
    chains.push(chain);
    return chain;
  };
  const portsOf = (chain: Chain, over: Partial<AnchoringPorts> = {}): AnchoringPorts => ({
    book,
    log: logReader(directory, keys),
    openChain: () => chain.open(),
    alone: async (work) => {
      await work();
      return true;
    },
    pause,
    clock,
    sha256,
    ...over,
  });

  return {
    book,
    places,
    directory,
    keys,
    logId,
    clock,
    connect,
    portsOf,
    /** Lets the clock of the platform run ahead, or back. */
    shift: (ms: number) => void (shiftMs += ms),
    async append(count: number): Promise<number> {
      const entries = Array.from({ length: count }, () => randomBytes(40));
      await log.append(entries);
      leaves.push(...entries.map((entry) => leafHash(entry, sha256)));
      return log.size;
    },
    /** The same number of entries, other ones, under the same key. */
    async rewrite(): Promise<void> {
      const size = log.size;
      rmSync(directory, { recursive: true, force: true });
      log = await MerkleLog.open(logFiles(directory), keys);
      await log.append(Array.from({ length: size }, () => randomBytes(40)));
    },
    rootAt: (size: number): string => toHex(rootOf(leaves.slice(0, size), sha256)),
    sync: (
      chain: Chain,
      { limits = EACH, over = {} }: { limits?: AnchorLimits; over?: Partial<AnchoringPorts> } = {},
    ) => syncAnchors(portsOf(chain, over), limits, AbortSignal.timeout(60_000)),
    async close(): Promise<void> {
      for (const chain of chains) chain.close();
      await database.drop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
