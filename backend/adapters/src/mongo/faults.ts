// Turns errors of the driver and of mongoose into faults.
import { Error as MongooseError, mongo } from 'mongoose';
import { Fault } from '@verity/protocol/faults';

const DUPLICATE_KEY = 11_000;
const OUT_OF_DISK_SPACE = 14_031;

/** Codes of a server that steps down, shuts down or starts: it comes back, or another one does. */
const PASSING_CODES = new Set([
  6, 7, 89, 91, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436,
]);

/** A unique index, or an id, is taken already. */
export const isDuplicate = (error: unknown): boolean =>
  error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY;

/** Every single failure of an unordered bulk was a duplicate: all that was missing is stored. */
export function onlyDuplicates(error: unknown): boolean {
  if (!(error instanceof mongo.MongoBulkWriteError) || error.result.getWriteConcernError()) {
    return false;
  }
  const failures = [error.writeErrors].flat();
  return failures.length > 0 && failures.every(({ code }) => code === DUPLICATE_KEY);
}

function isAway(error: unknown): boolean {
  // A bulk wraps whatever kept it from being sent.
  if (error instanceof mongo.MongoBulkWriteError && error.errorResponse instanceof Error) {
    return isAway(error.errorResponse);
  }
  if (error instanceof mongo.MongoServerError) {
    return PASSING_CODES.has(Number(error.code)) || error.hasErrorLabel('RetryableWriteError');
  }
  return (
    error instanceof mongo.MongoNetworkError ||
    error instanceof mongo.MongoServerSelectionError ||
    error instanceof mongo.MongoServerClosedError ||
    error instanceof mongo.MongoNotConnectedError ||
    error instanceof mongo.MongoTopologyClosedError ||
    error instanceof mongo.MongoClientClosedError ||
    error instanceof MongooseError.MongooseServerSelectionError ||
    (error instanceof mongo.MongoDriverError && /pool|WaitQueue/i.test(error.name))
  );
}

/** The fault behind an error, or the error itself when it is a defect of ours. */
export function asFault(error: unknown): unknown {
  if (error instanceof Fault) return error;
  if (error instanceof mongo.MongoServerError && error.code === OUT_OF_DISK_SPACE) {
    return new Fault('unavailable', 'The disk of the database is full.', {
      fix: 'Free space on the disk of the data directory; writes go on by themselves then.',
      cause: error,
    });
  }
  if (isAway(error)) {
    return new Fault('unavailable', 'The database is away.', {
      fix: 'Try again in a moment; npm run doctor says what is wrong if it stays.',
      retryAfterSeconds: 5,
      cause: error,
    });
  }
  if (isDuplicate(error)) {
    return new Fault('conflict', 'It is there already.', { cause: error });
  }
  if (
    error instanceof MongooseError.CastError ||
    error instanceof MongooseError.ValidationError ||
    error instanceof MongooseError.StrictModeError
  ) {
    return new Fault('invalid-input', 'A value has another type than its field.', {
      fix: 'Send plain values; operators and objects are not taken here.',
      cause: error,
    });
  }
  return error;
}

/** Runs a conversation with the database; what it throws is a fault. */
export async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw asFault(error);
  }
}
