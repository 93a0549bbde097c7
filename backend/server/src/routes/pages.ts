// A paged list read as one stream.
import type { PageRequest } from '@verity/domain/kernel/page-request';
import type { Page } from '@verity/protocol/page';

const AT_ONCE = 200;

/** Every item of a paged list, read as it is asked for. */
export async function* pages<R, T>(
  read: (page: PageRequest) => Promise<Page<R>>,
  present: (record: R) => T,
): AsyncGenerator<T, void, undefined> {
  let cursor: string | undefined;
  do {
    const page = await read({ cursor, limit: AT_ONCE });
    for (const item of page.items) yield present(item);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
}
