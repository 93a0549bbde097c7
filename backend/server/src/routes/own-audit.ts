// The audit records about a person, as that person may have them: what others did keeps their names and places out.
import type { ChainedAuditRecord } from '@verity/protocol/audit/schemas';
import type { UserId } from '@verity/protocol/ids';
import type { AuditChain } from '@verity/domain/audit/ports';
import { pages } from './pages';

/** Newest first; more of each kind is for an auditor to hand out. */
export const MOST_RECORDS = 5_000;

/** What the person did, then what others did to the account; each newest first and at most `MOST_RECORDS`. */
export async function* ownAudit(
  chain: Pick<AuditChain, 'list'>,
  user: UserId,
  most = MOST_RECORDS,
): AsyncGenerator<OwnAuditRecord, void, undefined> {
  const self = `user:${user}`;
  yield* some(
    most,
    pages((page) => chain.list({ actor: self }, page), own),
  );
  const toThem = pages(
    (page) => chain.list({ subject: self }, page),
    (link) => link,
  );
  yield* some(most, byOthers(toThem, self));
}

async function* byOthers(links: AsyncIterable<ChainedAuditRecord>, self: string) {
  for await (const link of links) if (link.record.actor !== self) yield withoutOthers(link);
}

export type OwnAuditRecord = ReturnType<typeof own>;

const own = ({ seq, hash, record }: ChainedAuditRecord) => ({ seq, hash, ...record });

/** Who of the admins it was, and from where, is theirs; that it was one, when and how it ended is the person's. */
function withoutOthers(link: ChainedAuditRecord): OwnAuditRecord {
  const { actor } = link.record;
  return {
    ...own(link),
    actor: actor.startsWith('user:') ? 'user:somebody-else' : actor,
    address: null,
    details: {},
  };
}

async function* some<T>(most: number, items: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  let left = most;
  if (left === 0) return;
  for await (const item of items) {
    yield item;
    left -= 1;
    if (left === 0) return;
  }
}
