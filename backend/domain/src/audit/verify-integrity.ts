// Verifies all that the platform keeps: the log, the index of records over it, the anchors, and the evidence.
import type { AuditFinding, AuditRecord, AuditVerification } from '@verity/protocol/audit/schemas';
import { Fault } from '@verity/protocol/faults';
import { auditLog, type LogFinding } from './audit-log';
import { evidenceIn, openEvidence, type OpenPorts } from './evidence';
import { inHex, toHex } from './hex';
import { evidenceKeyOf, leafOf, ownerOf, parseLeaf, type HmacSha512, type Leaf } from './leaf';
import { nodeReader, type LogFiles } from './log';
import { leafHash, perfectParts, foldRight } from './merkle';
import type { AuditAnchors, AuditIndex, FoundEntry, PersonKeys } from './ports';
import { parseCheckpoint } from './checkpoint';
import { parseNote, signatureBy, type VerifierKey, type VerifyEd25519 } from './signed-note';
import { CLOSED_FIELDS } from '@verity/protocol/audit/closed-fields';

/** Findings that are kept; all are counted. */
export const MOST_FINDINGS = 100;

export interface IntegrityPorts extends OpenPorts {
  readonly files: Pick<LogFiles, 'read'>;
  readonly key: VerifierKey;
  readonly verify: VerifyEd25519;
  readonly hmac: HmacSha512;
  readonly index: Pick<AuditIndex, 'walk' | 'end'>;
  readonly keys: Pick<PersonKeys, 'existing'>;
  readonly anchors: Pick<AuditAnchors, 'list'>;
  /** The root that the contract holds for a size, null when it holds none. Throws `unavailable`. Left out: not asked. */
  readonly rootOnChain?: (size: number) => Promise<string | null>;
}

export interface IntegrityOptions {
  readonly from?: number;
  readonly to?: number;
  /** `sample`: one record in sixteen, by its hash. */
  readonly evidence: 'none' | 'sample' | 'all';
  readonly signal?: AbortSignal;
  readonly progress?: (
    done: Pick<AuditVerification, 'done' | 'anchors' | 'evidence'>,
    size: number,
  ) => Promise<void> | void;
}

export type Integrity = Pick<
  AuditVerification,
  'from' | 'to' | 'done' | 'anchors' | 'evidence' | 'findings' | 'found'
> & {
  readonly root: string | null;
  /** What could not be asked; null when all was. */
  readonly error: string | null;
};

/** Throws `unavailable` when a store is away, and the reason of the signal when that is aborted. */
export async function verifyIntegrity(
  ports: IntegrityPorts,
  options: IntegrityOptions,
): Promise<Integrity> {
  const { sha256, files, key, verify } = ports;
  const onChain = askUntilAway(ports.rootOnChain);
  const counts = { done: 0, anchors: 0, evidence: 0 };
  const findings: AuditFinding[] = [];
  let found = 0;
  const note = (where: string, index: number | null, why: string): void => {
    found += 1;
    if (findings.length < MOST_FINDINGS) findings.push({ where, index, why });
  };
  const late: number[] = [];
  // Read before the log is, which is written first and only grows: it may never have less.
  const indexed = await ports.index.end();
  const walk = auditLog(
    files,
    key,
    { sha256, verify },
    {
      from: options.from,
      to: options.to,
      signal: options.signal,
      async entries(first, entries) {
        const known = await entriesOf(ports.index, first, first + entries.length);
        const keys = await keysOf(ports.keys, known.values());
        for (const [offset, bytes] of entries.entries()) {
          const index = first + offset;
          const entry = known.get(index);
          // The index may be a moment behind: it is looked at again.
          if (!entry) late.push(index);
          else
            for (const why of misfits(bytes, entry, keys, ports))
              note(`record ${index}`, index, why);
        }
        if (options.evidence !== 'none') {
          for (const entry of known.values()) {
            const why = await misfitOfEvidence(entry, keys, ports, options.evidence, counts);
            if (why) note(`evidence of record ${entry.index}`, entry.index, why);
          }
        }
        return [];
      },
    },
  );
  let step = await walk.next();
  for (; !step.done; step = await walk.next()) {
    options.signal?.throwIfAborted();
    const said = step.value;
    if (said.kind === 'finding') {
      note(said.path, placeOf(said), said.why);
    } else {
      counts.done = said.entries;
      await options.progress?.(counts, said.size);
    }
  }
  const checkpoint = step.value;
  for (const index of late) {
    const now = await entriesOf(ports.index, index, index + 1);
    if (!now.has(index)) note(`record ${index}`, index, 'The log has it, and the index has not.');
  }
  // With neither a checkpoint nor a finding nobody has written to the log yet, or it is gone as a whole.
  const size = checkpoint?.size ?? (found === 0 ? 0 : null);
  if (size !== null) {
    if (indexed > size) {
      const why = `The index has ${indexed - size} records from here on, and the log has not: it was cut.`;
      note(`record ${size}`, size, why);
    }
    const rootAt = (anchored: number) => onChain.rootAt(anchored);
    for await (const why of badAnchors(ports, rootAt, size, counts, options.signal)) {
      note(`anchor ${why.size}`, null, why.why);
    }
  }
  await options.progress?.(counts, checkpoint?.size ?? 0);
  return {
    ...counts,
    from: options.from ?? 0,
    to: Math.min(options.to ?? Infinity, checkpoint?.size ?? 0),
    findings,
    found,
    root: checkpoint && toHex(checkpoint.root),
    error: onChain.away(),
  };
}

const placeOf = ({ index }: LogFinding): number | null => index ?? null;

async function entriesOf(
  index: Pick<AuditIndex, 'walk'>,
  from: number,
  to: number,
): Promise<Map<number, FoundEntry>> {
  const found = new Map<number, FoundEntry>();
  for await (const entry of index.walk({}, { from, to })) found.set(entry.index, entry);
  return found;
}

function keysOf(
  keys: Pick<PersonKeys, 'existing'>,
  entries: Iterable<FoundEntry>,
): Promise<Map<string, Uint8Array>> {
  const persons = new Set<string>();
  for (const { persons: two } of entries) persons.add(two.actor).add(two.subject);
  return keys.existing([...persons]);
}

/** How a record of the index differs from the leaf of the log. */
function* misfits(
  bytes: Uint8Array,
  entry: FoundEntry,
  keys: ReadonlyMap<string, Uint8Array>,
  { sha256, hmac }: Pick<IntegrityPorts, 'sha256' | 'hmac'>,
): Generator<string, void, undefined> {
  if (toHex(leafHash(bytes, sha256)) !== entry.leaf_hash) {
    yield 'The index names another hash of its leaf.';
  }
  const leaf = parseLeaf(bytes);
  if (!leaf) {
    yield 'Its entry in the log is no leaf.';
    return;
  }
  const { record, persons, erased } = entry;
  for (const member of ['id', 'at', 'action', 'outcome'] as const) {
    if (record[member] !== leaf[member]) yield `The index has another ${member} than the log.`;
  }
  const open = CLOSED_FIELDS.filter((field) => !erased.includes(field));
  if (open.length === 0) return;
  const keyless = open.find((field) => !keys.has(persons[ownerOf(field)]));
  if (keyless) {
    yield `The key that opens its ${keyless} is missing.`;
    return;
  }
  const none = new Uint8Array(32);
  const owners = {
    actor: keys.get(persons.actor) ?? none,
    subject: keys.get(persons.subject) ?? none,
  };
  let again: Leaf;
  try {
    again = leafOf(record as AuditRecord, owners, { sha256Hex: inHex(sha256), hmac });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    yield `The index holds what no record can: ${error.message}`;
    return;
  }
  for (const field of open) {
    if (again[field] !== leaf[field])
      yield `The index has another ${field} than the log commits to.`;
  }
}

async function misfitOfEvidence(
  { record, persons, leaf_hash }: FoundEntry,
  keys: ReadonlyMap<string, Uint8Array>,
  ports: IntegrityPorts,
  which: 'sample' | 'all',
  counts: { evidence: number },
): Promise<string | null> {
  const evidence = record.details && evidenceIn(record.details);
  const key = keys.get(persons.subject);
  if (!evidence || !key || (which === 'sample' && !leaf_hash.startsWith('0'))) return null;
  counts.evidence += 1;
  const verdict = await openEvidence(
    evidence,
    record.id,
    evidenceKeyOf(key, record.id, ports.hmac),
    ports,
  );
  return verdict.holds ? null : verdict.why;
}

async function* badAnchors(
  { anchors, files, key, verify, sha256 }: IntegrityPorts,
  rootAt: (size: number) => Promise<string | null | undefined>,
  size: number,
  counts: { anchors: number },
  signal?: AbortSignal,
): AsyncGenerator<{ size: number; why: string }> {
  let cursor: string | undefined;
  do {
    const page = await anchors.list({}, { cursor, limit: 100 });
    for (const anchor of page.items) {
      signal?.throwIfAborted();
      counts.anchors += 1;
      const bad = (why: string) => ({ size: anchor.size, why });
      const note = parseNote(anchor.checkpoint);
      const said = note && parseCheckpoint(note.text);
      if (!said || !(await signatureBy(note, key, verify, sha256))) {
        yield bad('Its checkpoint is not signed by the key of this log.');
      } else if (said.size !== anchor.size || toHex(said.root) !== anchor.root) {
        yield bad('Its checkpoint is of another tree.');
      }
      if (anchor.size > size) {
        yield bad(`It is larger than the log, which has ${size} entries: the log was cut.`);
        continue;
      }
      const parts = await nodeReader(files, size, sha256)(perfectParts(0, anchor.size));
      if (toHex(foldRight(parts, sha256)) !== anchor.root) {
        yield bad('The log of today does not begin with the tree that was anchored.');
      }
      if (anchor.state !== 'confirmed') continue;
      const root = await rootAt(anchor.size);
      if (root !== undefined && root !== anchor.root)
        yield bad('The contract holds another root for it.');
    }
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
}

/** Asks the chain as long as it answers; undefined where it was not asked. The rest is verified without it. */
function askUntilAway(rootOnChain: IntegrityPorts['rootOnChain']) {
  let away: string | null = null;
  return {
    away: () => away,
    async rootAt(size: number): Promise<string | null | undefined> {
      if (!rootOnChain || away !== null) return undefined;
      try {
        return await rootOnChain(size);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        away = `The contract was not asked for its roots: ${error.message}`;
        return undefined;
      }
    },
  };
}
