// The connection to MongoDB: how long it waits, how durable its writes are, how strict its schemas.
import { Mongoose, type Connection } from 'mongoose';
import { Fault } from '@verity/protocol/faults';
import { asFault } from './faults';

/**
 * How long an operation waits for a server that is away. Somebody waits for the answer to a request, so it fails
 * soon; work of the pipeline outlasts a restart that replays the journal of a large database.
 */
export const PATIENCE_MS = { request: 5_000, work: 60_000 } as const;

export interface MongoOptions {
  /** Shown in the server's log and `currentOp`. */
  appName: string;
  patience: keyof typeof PATIENCE_MS;
  /** Another database than the one that the URL names. */
  database?: string;
  poolSize?: number;
}

/** `strictQuery`: a filter on an undeclared field is an error. `sanitizeFilter`: a value never becomes an operator. */
const mongoose = new Mongoose({ strictQuery: 'throw', sanitizeFilter: true });

/**
 * Resolves once a server answers, however impatient the connection is later; throws `unavailable` when none does
 * within a minute. The address may hold a password, so it never enters a message.
 */
export async function connectMongo(url: string, options: MongoOptions): Promise<Connection> {
  const patienceMs = PATIENCE_MS[options.patience];
  const deadline = performance.now() + PATIENCE_MS.work;
  for (;;) {
    const connection = mongoose.createConnection(url, {
      appName: options.appName,
      ...(options.database ? { dbName: options.database } : {}),
      maxPoolSize: options.poolSize ?? 20,
      serverSelectionTimeoutMS: patienceMs,
      connectTimeoutMS: patienceMs,
      socketTimeoutMS: patienceMs,
      waitQueueTimeoutMS: patienceMs,
      writeConcern: { w: 'majority', journal: true },
      ignoreUndefined: true,
      // Indexes are built once, by `ensureIndexes`; the driver, not mongoose, waits for a server.
      autoIndex: false,
      autoCreate: false,
      bufferCommands: false,
    });
    try {
      return await connection.asPromise();
    } catch (error) {
      await connection.destroy(true);
      const fault = asFault(error);
      const hopeless = !(fault instanceof Fault) || fault.code !== 'unavailable';
      if (hopeless || performance.now() > deadline) throw fault;
    }
  }
}
