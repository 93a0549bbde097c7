// Archives of old audit records: their details leave the index for files, sealed with the keys of the people whom they are
// about, so that whoever is erased is erased from them too. Log, anchors and keys stay as they are.
import { canonicalJson } from '../kernel/canonical-json';
import { fromBase64, toBase64 } from './base64';
import { openDetails, sealDetails, type OpenPorts, type SealPorts } from './evidence';
import { evidenceKeyOf, type HmacSha512 } from './leaf';
import type { AuditArchive, AuditIndex, FoundEntry, PersonKeys } from './ports';

/** Records of one file: what is read for one of them. */
export const ARCHIVE_WIDTH = 256;

/** A record in an archive. What is not here is in the log and the index. */
interface ArchivedRecord {
  readonly index: number;
  readonly leaf_hash: string;
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly outcome: string;
  /** Base64 of `sealDetails`. */
  readonly details: string;
}

export interface ArchivePorts extends SealPorts {
  readonly hmac: HmacSha512;
  readonly archive: AuditArchive;
  readonly keys: Pick<PersonKeys, 'existing'>;
}

/** `audit-{first}-{last}.jsonl.gz`, in places of the log. */
export const archiveName = (first: number, last: number): string =>
  `audit-${String(first).padStart(12, '0')}-${String(last).padStart(12, '0')}.jsonl.gz`;

/**
 * Archives records older than `before`: a file is on disk before the index lets go of anything, so a step that is cut off
 * is made again. Records whose person was erased have nothing left to archive.
 */
export async function archiveRecords(
  { archive, keys, hmac, ...seal }: ArchivePorts,
  before: Date,
  { signal, progress }: { signal: AbortSignal; progress?: (done: number, total: number) => void },
): Promise<{ archived: number; files: number }> {
  const total = await archive.countDue(before);
  let archived = 0;
  let files = 0;
  for (;;) {
    signal.throwIfAborted();
    const due = await archive.due(before, ARCHIVE_WIDTH);
    const [first] = due;
    const last = due.at(-1);
    if (!first || !last) return { archived, files };
    const known = await keys.existing([...new Set(due.map(({ persons }) => persons.subject))]);
    const lines = due.flatMap((entry) => {
      const key = known.get(entry.persons.subject);
      const { details } = entry.record;
      // Erased since it was read: there is nothing to seal it with, and nothing to keep.
      if (!key || !details) return [];
      return [lineOf(entry, details, evidenceKeyOf(key, entry.record.id, hmac), seal)];
    });
    const name = archiveName(first.index, last.index);
    await archive.write(name, `${lines.join('\n')}\n`);
    await archive.release(
      name,
      due.map(({ index }) => index),
    );
    archived += due.length;
    files += 1;
    progress?.(archived, total);
  }
}

function lineOf(
  { index, leaf_hash, record: { id, at, action, outcome } }: FoundEntry,
  details: Record<string, unknown>,
  key: Uint8Array,
  ports: SealPorts,
): string {
  const sealed = toBase64(sealDetails(details, id, key, ports));
  const line: ArchivedRecord = { index, leaf_hash, id, at, action, outcome, details: sealed };
  return canonicalJson(line);
}

export interface RestorePorts extends Pick<OpenPorts, 'open'> {
  readonly hmac: HmacSha512;
  readonly archive: Pick<AuditArchive, 'read'>;
  readonly keys: Pick<PersonKeys, 'existing'>;
}

/** The index with details back from the archives; those of an archive that is lost or changed stay null. */
export function withArchive<Index extends AuditIndex>(
  index: Index,
  ports: RestorePorts,
): AuditIndex {
  const restore = (entries: readonly FoundEntry[]): Promise<FoundEntry[]> =>
    restored(entries, ports);
  const one = async (entry: FoundEntry | null): Promise<FoundEntry | null> =>
    entry && ((await restore([entry]))[0] ?? null);
  return {
    end: () => index.end(),
    missing: (size) => index.missing(size),
    known: (ids) => index.known(ids),
    add: (entries) => index.add(entries),
    async list(filter, page) {
      const found = await index.list(filter, page);
      const items = found.items.map(async (entry) => {
        if (entry.record.details !== null || entry.erased.includes('details')) return entry;
        const details = (await one(await index.at(entry.index)))?.record.details ?? null;
        return { ...entry, record: { ...entry.record, details } };
      });
      return { ...found, items: await Promise.all(items) };
    },
    byId: async (id) => one(await index.byId(id)),
    at: async (place) => one(await index.at(place)),
    count: (size) => index.count(size),
    erase: (person) => index.erase(person),
    async *walk(filter, range) {
      let held: FoundEntry[] = [];
      for await (const entry of index.walk(filter, range)) {
        held.push(entry);
        if (held.length < ARCHIVE_WIDTH) continue;
        yield* await restore(held);
        held = [];
      }
      yield* await restore(held);
    },
  };
}

async function restored(
  entries: readonly FoundEntry[],
  { archive, keys, hmac, open }: RestorePorts,
): Promise<FoundEntry[]> {
  const away = entries.filter(({ archived, record }) => archived && record.details === null);
  const lost = away.filter(({ erased }) => !erased.includes('details'));
  if (lost.length === 0) return [...entries];
  const known = await keys.existing([...new Set(lost.map(({ persons }) => persons.subject))]);
  const files = new Map<string, Map<number, Uint8Array>>();
  for (const name of new Set(lost.map(({ archived }) => archived as string))) {
    files.set(name, sealedIn(await archive.read(name)));
  }
  return Promise.all(
    entries.map(async (entry) => {
      const key = known.get(entry.persons.subject);
      const sealed = files.get(entry.archived ?? '')?.get(entry.index);
      if (!key || !sealed || entry.record.details !== null) return entry;
      const { id } = entry.record;
      const details = await openDetails(sealed, id, evidenceKeyOf(key, id, hmac), open);
      return { ...entry, record: { ...entry.record, details } };
    }),
  );
}

/** Sealed details by place; lines that are none are passed over: what they held is missed where it is asked for. */
function sealedIn(text: string | null): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  for (const line of text?.split('\n') ?? []) {
    const { index, details } = parsed(line);
    const sealed = typeof details === 'string' ? fromBase64(details) : null;
    if (typeof index === 'number' && sealed) found.set(index, sealed);
  }
  return found;
}

function parsed(line: string): Partial<Record<keyof ArchivedRecord, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {}; // A line that was cut or changed.
  }
}
