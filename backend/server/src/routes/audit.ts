// Handlers of the audit routes: reading the chain of records, and verifying it.
import type { auditRoutes } from '@verity/protocol/audit/routes';
import { verifyChain, type ChainVerdict, type Sha256 } from '@verity/domain/audit/chain';
import type { AuditChain } from '@verity/domain/audit/ports';
import type { Handlers } from '../http/handler';

export interface AuditRoutePorts {
  chain: Pick<AuditChain, 'list' | 'walk'>;
  sha256: Sha256;
}

export function auditHandlers({
  chain,
  sha256,
}: AuditRoutePorts): Handlers<keyof typeof auditRoutes> {
  let walking: Promise<ChainVerdict & { milliseconds: number }> | undefined;

  const verify = async () => {
    const began = performance.now();
    const verdict = await verifyChain(chain.walk(), sha256);
    return { ...verdict, milliseconds: performance.now() - began };
  };

  return {
    'GET /api/v1/audit'({ query }) {
      const { cursor, limit, from, to, ...rest } = query;
      const filter = {
        ...rest,
        ...(from ? { from: new Date(from) } : {}),
        ...(to ? { to: new Date(to) } : {}),
      };
      return chain.list(filter, { cursor, limit });
    },

    /** A walk reads everything, so those who ask meanwhile share it. */
    async 'GET /api/v1/audit/verify'() {
      walking ??= verify().finally(() => (walking = undefined));
      return walking;
    },
  };
}
