// Clients that are cut off while scores and announcements go on, and come back to another process: what do they lack?
import { setTimeout as sleep } from 'node:timers/promises';
import type { Seen } from '@verity/protocol/realtime/handshake';
import { updatesOfTick } from './fanout-updates';
import { openCounting } from './fanout-clients';
import type { BenchPlatform } from './socket-platform';

const SESSIONS = 20;
const ANNOUNCEMENTS_PER_SECOND = 3;
const PATIENCE_MS = 30_000;

interface Watched {
  seen: Seen;
  announced: Set<string>;
  /** Newest batch of each session. */
  newest: Map<string, number>;
}

export async function acrossCut(
  world: BenchPlatform,
  {
    from,
    to,
    auths,
    cutSeconds,
  }: { from: number; to: number; auths: { token: string }[]; cutSeconds: number },
): Promise<{ lost: number; expected: number }> {
  const watched = auths.map((): Watched => ({ seen: {}, announced: new Set(), newest: new Map() }));
  const before = await openCounting([from], auths, watch(watched));
  for (const socket of before) socket.send('420["join_admin_room",{}]');
  await sleep(2_000);

  const said = new Set<string>();
  let batch = 0;
  const talk = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      const began = performance.now();
      batch++;
      const scores = updatesOfTick(batch, SESSIONS).map((update) =>
        world.bus.publish('stream:risk', { ...update, cause: 'batch' }),
      );
      const announcements = Array.from({ length: ANNOUNCEMENTS_PER_SECOND }, (_, index) =>
        world.bus.publish('stream:announcements', {
          event: 'admin_notification',
          rooms: ['admin'],
          payload: {
            kind: 'system',
            title: `Bench ${batch}.${index}`,
            body: '',
            link: null,
            at: new Date().toISOString(),
          },
        }),
      );
      for (const id of await Promise.all(announcements)) said.add(id);
      await Promise.all(scores);
      await sleep(Math.max(0, 1_000 - (performance.now() - began)));
    }
  };

  await talk(2);
  // In the middle of it: nobody waits until everything has been heard.
  const talking = talk(cutSeconds);
  for (const socket of before) socket.close();
  await talking;
  const resumed = auths.map((auth, index) => ({
    ...auth,
    resume: { seen: watched[index]?.seen, rooms: ['admin'] },
  }));
  const coming = openCounting([to], resumed, watch(watched));
  await talk(2);
  const after = await coming;
  const lacking = (): number =>
    watched.reduce(
      (sum, { announced, newest }) =>
        sum +
        (said.size - announced.size) +
        (SESSIONS - Array.from(newest.values()).filter((seq) => seq === batch).length),
      0,
    );
  const deadline = performance.now() + PATIENCE_MS;
  while (lacking() > 0 && performance.now() < deadline) await sleep(200);
  for (const socket of after) socket.close();
  return { lost: lacking(), expected: watched.length * (said.size + SESSIONS) };
}

/** Notes what each client hears, as the client of the platform would. */
const watch =
  (watched: Watched[]) =>
  (index: number) =>
  (text: string): void => {
    const own = watched[index] as Watched;
    if (!text.startsWith('42[')) return;
    const [event, payload] = JSON.parse(text.slice(2)) as [string, Record<string, unknown>];
    const id = String(payload.event_id);
    if (event === 'caught_up') own.seen = { ...(payload.seen as Seen) };
    else if (event === 'risk_score_update') {
      own.newest.set(String(payload.session_id), Number(payload.batch_seq));
      if (own.seen.risk) own.seen.risk = id;
    } else if (event === 'admin_notification') {
      own.announced.add(id);
      if (own.seen.announcements) own.seen.announcements = id;
    }
  };
