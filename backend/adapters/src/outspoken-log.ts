// The log for its auditors: what is wrong with it is told to them, where others hear that something went wrong.
import { Fault } from '@verity/protocol/faults';
import type { LogReader } from './log-reader';

/** What the log throws as `internal` becomes `unavailable`, in the same words. */
export function outspoken(log: LogReader): LogReader {
  return {
    checkpoint: () => log.checkpoint().catch(tell),
    reader(size) {
      const read = log.reader(size);
      return (nodes) => read(nodes).catch(tell);
    },
    async *entries(begin, end, size) {
      try {
        yield* log.entries(begin, end, size);
      } catch (error) {
        tell(error);
      }
    },
  };
}

function tell(error: unknown): never {
  if (!(error instanceof Fault) || error.code !== 'internal') throw error;
  throw new Fault('unavailable', error.message, { fix: error.fix, cause: error });
}
