// Days that a test cannot wait for: sessions as the pipeline records them, put into the platform's own store.
import { connectMongo } from '@verity/adapters/mongo/connect';
import { mongoRepositories } from '@verity/adapters/mongo/repositories';
import { aSession } from '@verity/adapters/mongo/scratch-records';
import { systemClock } from '@verity/adapters/world';
import { runningUrls } from '../scripts/stack/bring-up';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Sessions over the last days, each tenth of which runs up to a risk of 55. */
export async function recordSessions(
  dataDir: string,
  { count, days }: { count: number; days: number },
): Promise<void> {
  const { MONGODB_URL: url } = runningUrls(dataDir);
  if (!url) throw new Error(`no platform runs on ${dataDir}`);
  const connection = await connectMongo(url, { appName: 'e2e', patience: 'request' });
  try {
    const stores = mongoRepositories(connection, { clock: systemClock });
    const now = Date.now();
    for (let i = 0; i < count; i++) {
      const at = Math.round(now - days * DAY_MS + (i / count) * days * DAY_MS * 0.99);
      const risky = i % 10 === 0;
      const session = aSession({
        userName: risky ? `Rita Risky ${i}` : `Cal Calm ${i}`,
        userEmail: `recorded-${i}@e2e.example`,
        deviceTrusted: true,
        state: 'logged_out',
        startedAt: new Date(at),
        lastSeenAt: new Date(at + 4 * MINUTE_MS),
        endedAt: new Date(at + 4 * MINUTE_MS),
        expiresAt: new Date(at + DAY_MS / 2),
      });
      await stores.sessions.add(session);
      const scores = risky ? [10, 40, 55, 50] : [10, 12, 11, 10];
      await stores.moments.add(
        scores.map((score, minute) => ({
          sessionId: session.id,
          userId: session.userId,
          at: at + minute * MINUTE_MS,
          score,
          weights: risky ? { keystroke: 2.5 } : {},
          facts: {
            role: 'user',
            groups: [],
            deviceTrusted: true,
            totpEnrolled: true,
            passkeyEnrolled: false,
            stepUpAt: null,
          },
        })),
      );
    }
  } finally {
    await connection.close();
  }
}
