// The audit records about a person, as that person may have them: what others did keeps their names and places out.
import type { AuditEntry } from '@verity/protocol/audit/schemas';
import type { UserId } from '@verity/protocol/ids';
import type { AuditIndex } from '@verity/domain/audit/ports';
import { pages } from './pages';

/** Newest first; more of each kind is for an auditor to hand out. */
export const MOST_RECORDS = 5_000;

/** What the person did, then what others did to the account; each newest first and at most `MOST_RECORDS`. */
export async function* ownAudit(
  index: Pick<AuditIndex, 'list'>,
  user: UserId,
  most = MOST_RECORDS,
): AsyncGenerator<OwnAuditRecord, void, undefined> {
  const self = `user:${user}`;
  yield* some(
    most,
    pages((page) => index.list({ actor: self }, page), own),
  );
  const toThem = pages(
    (page) => index.list({ subject: self }, page),
    (link) => link,
  );
  yield* some(most, byOthers(toThem, self));
}

async function* byOthers(links: AsyncIterable<AuditEntry>, self: string) {
  for await (const link of links) if (link.record.actor !== self) yield withoutOthers(link);
}

export type OwnAuditRecord = ReturnType<typeof own>;

const own = ({ index, leaf_hash, record }: AuditEntry) => ({ index, leaf_hash, ...record });

/** Who of the admins it was, and from where, is theirs; that it was one, when and how it ended is the person's. */
function withoutOthers(link: AuditEntry): OwnAuditRecord {
  const { actor } = link.record;
  return {
    ...own(link),
    actor: actor?.startsWith('user:') ? 'user:somebody-else' : actor,
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
