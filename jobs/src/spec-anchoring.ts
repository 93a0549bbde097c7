// For specs of anchoring: what a worker has of it, over the log of a world, the real chain and leases in a real Redis.
import { readConfig } from '@verity/adapters/config';
import type { RedisConnections } from '@verity/adapters/redis/connect';
import { newId, systemClock } from '@verity/adapters/world';
import { openAudit } from '@verity/server/roles/audit';
import { anchoringOver } from './roles/anchoring';
import type { AuditWorld } from './spec-audit';

/** Every new entry is due. `onClose` is handed what to close in the end. */
export function anchoringOfWorld(
  { directory, stores, connection: mongo }: AuditWorld,
  redis: RedisConnections,
  onClose: (close: () => unknown) => unknown,
) {
  const config = readConfig({
    ...process.env,
    // As the world has them: its log is opened with them.
    MASTER_KEY: 'ab'.repeat(32),
    PUBLIC_URL: 'https://verity.example',
    DATA_DIR: directory,
    ANCHOR_ENTRIES: '1',
  });
  return anchoringOver(
    {
      ...{ config, stores, mongo, redis, newId, clock: systemClock },
      shutdown: { on: (_stage, _name, close) => void onClose(close) },
      log: { warn: () => undefined },
    },
    () => openAudit({ config, mongo }),
  );
}
