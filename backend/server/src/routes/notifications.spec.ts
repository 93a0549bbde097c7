// Which kinds of notification reach a person. Over HTTP, real Redis and MongoDB.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MUTABLE_NOTIFICATIONS, NOTIFICATION_KINDS } from '@verity/protocol/identity/schemas';
import { openPlatform, PASSWORD, type Platform, type Visitor } from './spec-platform';

const PREFERENCES = '/api/v1/me/notifications/preferences';
let platform: Platform;
let admin: Visitor;
beforeAll(async () => {
  platform = await openPlatform();
  await platform.person('admin@example.org', 'admin');
  admin = await platform.visit('admin@example.org');
});
afterAll(() => platform.close());

let people = 0;
async function somebody() {
  const email = `quiet${(people += 1)}@example.org`;
  await platform.person(email);
  return platform.visit(email);
}

const told = async ({ call }: Visitor) =>
  (await call('GET', '/api/v1/me/notifications')).json as unknown as {
    items: { kind: string; read_at: string | null }[];
    unread: number;
  };

describe('preferences of notifications', () => {
  it('begin with every kind reaching the person, and are kept', async () => {
    const visitor = await somebody();
    expect((await visitor.call('GET', PREFERENCES)).json).toEqual({ muted: [] });
    const muted = ['petition', 'session_restored'];
    expect((await visitor.call('PUT', PREFERENCES, { muted })).json).toEqual({ muted });
    expect((await visitor.call('GET', PREFERENCES)).json).toEqual({ muted });
    expect((await visitor.call('PUT', PREFERENCES, { muted: [] })).json).toEqual({ muted: [] });
  });

  it('refuse every kind that tells of a danger, and say why', async () => {
    const visitor = await somebody();
    const always = NOTIFICATION_KINDS.filter(
      (kind) => !(MUTABLE_NOTIFICATIONS as readonly string[]).includes(kind),
    );
    for (const kind of always) {
      const { status, json } = await visitor.call('PUT', PREFERENCES, { muted: [kind] });
      expect([kind, status, json.code]).toEqual([kind, 400, 'invalid-input']);
      expect(JSON.stringify(json)).toContain('tells of a danger to the account');
    }
    const twice = await visitor.call('PUT', PREFERENCES, { muted: ['petition', 'petition'] });
    expect(twice.json.code).toBe('invalid-input');
  });

  it('keep a quiet one in the list as read, and call for every other', async () => {
    const visitor = await somebody();
    await visitor.call('POST', '/api/v1/me/notifications/read', {});
    await visitor.call('PUT', PREFERENCES, { muted: ['step_up_passed'] });
    const askedAndGiven = async () => {
      const path = `/api/v1/sessions/${visitor.signedIn.session.id}/step-up`;
      expect((await admin.call('POST', path, { reason: 'It looks odd' })).status).toBe(200);
      const proof = { method: 'password', password: PASSWORD };
      expect((await visitor.call('POST', '/api/v1/step-up', proof)).status).toBe(200);
    };
    await askedAndGiven();
    const quiet = await told(visitor);
    expect(quiet.unread).toBe(1);
    expect(quiet.items).toMatchObject([
      { kind: 'step_up_passed', read_at: expect.any(String) as string },
      { kind: 'step_up_required', read_at: null },
    ]);
    const live = platform.announced.findLast(({ event }) => event === 'notification');
    expect(live?.payload).toMatchObject({
      kind: 'step_up_passed',
      read_at: expect.any(String) as string,
    });

    await visitor.call('PUT', PREFERENCES, { muted: [] });
    await askedAndGiven();
    expect((await told(visitor)).unread).toBe(3);
  });
});
