// Reads a message of a queue: the orders in it, or nothing when it is not one of jobs.
import { JobMessage, type JobOrder } from '@verity/protocol/jobs/schemas';

export function readOrders(body: Buffer): JobOrder[] | null {
  let message: unknown;
  try {
    message = JSON.parse(body.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  const { success, data } = JobMessage.safeParse(message);
  return success ? data.jobs : null;
}
