// What the anchoring of the audit log asks of the real world.
import { z } from 'zod';
import {
  connectChain,
  type Chain,
  type ChainSettings,
  type OpenedChain,
} from '@verity/adapters/chain/open-chain';
import { createVault } from '@verity/adapters/crypto/vault';
import { pingIpfs } from '@verity/adapters/ipfs/blocks';
import { logReader } from '@verity/adapters/log-reader';
import { ChainPlaces } from '@verity/adapters/mongo/chain-places';
import { pause } from '@verity/adapters/pause';
import { createLeases } from '@verity/adapters/redis/leases';
import { syncAnchors } from '@verity/domain/audit/anchoring';
import {
  examineChain,
  type ChainHealth,
  type ChainHealthPorts,
} from '@verity/domain/audit/chain-health';
import { toHex } from '@verity/domain/audit/hex';
import { writeVerifierKey } from '@verity/domain/audit/signed-note';
import type { Audit } from '@verity/server/roles/audit';
import type { Ground } from '@verity/server/roles/ground';
import type { Anchoring } from '../tools';

const LEASE = 'audit-anchors';
const LEASE_MS = 15_000;

/** Of the ground what anchoring stands on. */
export interface AnchoringFooting extends Pick<Ground, 'mongo' | 'clock' | 'newId'> {
  readonly config: ChainSettings &
    Pick<Ground['config'], 'MASTER_KEY' | 'ANCHOR_ENTRIES' | 'ANCHOR_SECONDS' | 'IPFS_URL'>;
  readonly redis: Pick<Ground['redis'], 'commands'>;
  readonly stores: Pick<Ground['stores'], 'auditAnchors'>;
  readonly shutdown: Pick<Ground['shutdown'], 'on'>;
  readonly log: { warn(facts: object, sentence: string): void };
}

/** The log is opened when it is first asked for. */
export function anchoringOver(ground: AnchoringFooting, open: () => Promise<Audit>) {
  let opened: Promise<ReturnType<typeof anchoringOf>> | undefined;
  const anchoring = () => {
    opened ??= open().then(
      (audit) => anchoringOf(ground, audit),
      (error: unknown) => {
        opened = undefined;
        throw error;
      },
    );
    return opened;
  };
  return {
    sync: async (signal: AbortSignal) => (await anchoring()).sync(signal),
    examine: async () => (await anchoring()).examine(),
    rootAt: async (size: number) => (await anchoring()).rootAt(size),
    deploy: async () => (await anchoring()).deploy(),
  } satisfies Omit<Anchoring, 'lastExamined'> & {
    deploy: Chain['deploy'];
    rootAt: OpenedChain['rootAt'];
  };
}

function anchoringOf(
  ground: AnchoringFooting,
  { directory, identity, sha256 }: Pick<Audit, 'directory' | 'identity' | 'sha256'>,
) {
  const { config, mongo, redis, stores, clock, newId, shutdown, log } = ground;
  const key = new TextEncoder().encode(writeVerifierKey(identity.key, sha256));
  const chain = connectChain({
    settings: config,
    places: new ChainPlaces(mongo),
    vault: createVault(config.MASTER_KEY),
    clock,
    logId: `0x${toHex(sha256(key))}`,
  });
  shutdown.on('close', 'chain of anchors', () => chain.close());
  const leases = createLeases(redis, newId);
  const ports = {
    book: stores.auditAnchors,
    log: logReader(directory, { ...identity, sha256 }),
    openChain: () => chain.open(),
    alone: (work: () => Promise<void>) => leases.hold(LEASE, LEASE_MS, work),
    ...{ pause, clock, sha256 },
  };
  let said: string | null = null;
  const limits = { entries: config.ANCHOR_ENTRIES, seconds: config.ANCHOR_SECONDS };
  return {
    async sync(signal: AbortSignal) {
      const result = await syncAnchors(ports, limits, signal);
      // Said when it begins and when it changes, not with every run.
      if (result.problem && result.problem !== said) {
        log.warn({ ...result }, 'the audit log is not anchored');
      }
      said = result.problem;
      return result;
    },
    examine: () => examineChain({ ...ports, parts: partsOf(ground) }, limits),
    rootAt: async (size: number) => (await chain.open()).rootAt(size),
    deploy: () => chain.deploy(),
  };
}

const Examined = z.object({ problems: z.array(z.string()) });

/** What the look before found: history keeps the results of jobs. */
export async function lastExamined(
  history: Pick<Ground['stores']['jobs'], 'list'>,
): Promise<Pick<ChainHealth, 'problems'> | null> {
  const { items } = await history.list(
    { task: 'check_blockchain_health', state: ['succeeded'] },
    { limit: 1 },
  );
  return Examined.safeParse(items[0]?.result).data ?? null;
}

/** What else the audit trail stands on. */
function partsOf({ config: { IPFS_URL: url } }: AnchoringFooting): ChainHealthPorts['parts'] {
  return url ? [{ name: 'ipfs', check: () => pingIpfs(url) }] : [];
}
