// Deletes what has expired by the TTL indexes that are declared: the embedded engine does not.
import { deserialize, type Document, serialize } from 'bson';
import { frameCommand } from './mongodb-wire';

/** Sends a message to the engine, returns the BSON of its reply. */
export type RoundTrip = (message: Buffer) => Promise<Uint8Array>;

const OWN_DATABASES = new Set(['admin', 'config', 'local']);
const ALL_IN_ONE_BATCH = { batchSize: 10_000 };

/** One sweep over all databases; returns how many documents went. */
export async function sweepExpired(roundTrip: RoundTrip, now: Date): Promise<number> {
  const run = async (command: Document): Promise<Document> => {
    const reply = deserialize(await roundTrip(frameCommand(serialize(command))));
    if (reply.ok !== 1) throw new Error(`${Object.keys(command)[0]}: ${reply.errmsg}`);
    return reply;
  };
  let deleted = 0;
  const { databases } = await run({ listDatabases: 1, nameOnly: true, $db: 'admin' });
  for (const { name: $db } of databases as { name: string }[]) {
    if (OWN_DATABASES.has($db)) continue;
    const list = { listCollections: 1, filter: { type: 'collection' }, cursor: ALL_IN_ONE_BATCH };
    const collections = await run({ ...list, $db });
    for (const { name } of firstBatch(collections) as { name: string }[]) {
      const indexes = await run({ listIndexes: name, cursor: ALL_IN_ONE_BATCH, $db });
      for (const index of firstBatch(indexes)) {
        const q = expired(index, now);
        if (!q) continue;
        const deletes = [{ q, limit: 0 }];
        const { n } = await run({ delete: name, deletes, writeConcern: { j: true }, $db });
        deleted += Number(n);
      }
    }
  }
  return deleted;
}

function firstBatch(reply: Document): Document[] {
  return (reply.cursor as { firstBatch: Document[] }).firstBatch;
}

/** The filter for what an index lets go; undefined for an index without a time to live. */
export function expired(index: Document, now: Date): Document | undefined {
  const fields = Object.keys(index.key as Document);
  const field = fields[0];
  if (typeof index.expireAfterSeconds !== 'number' || !field || fields.length > 1) return undefined;
  // Comparison is by type, so a field that holds no date never expires, as in MongoDB.
  const old = { [field]: { $lt: new Date(now.getTime() - index.expireAfterSeconds * 1000) } };
  return index.partialFilterExpression ? { $and: [index.partialFilterExpression, old] } : old;
}
