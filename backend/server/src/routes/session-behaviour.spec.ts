// The features of a session over HTTP: its own person sees them, an admin those of anybody.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '@verity/adapters/world';
import { MOUSE_FEATURES } from '@verity/domain/kernel/behaviour-features';
import { openPlatform, type Platform } from './spec-platform';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform();
});
afterAll(() => platform.close());

it('are those of the windows that the session left', async () => {
  await platform.person('mia@example.org');
  const { signedIn, call } = await platform.visit('mia@example.org');
  const empty = await call('GET', '/api/v1/me/behaviour');
  expect(empty.json).toEqual({ session_id: signedIn.session.id, keystroke: [], mouse: [] });
  await platform.stores.behaviourWindows.add(
    [1, 3].map((value) => ({
      id: newId<string>(),
      userId: signedIn.user.id,
      sessionId: signedIn.session.id,
      modality: 'mouse' as const,
      at: new Date(),
      features: MOUSE_FEATURES.map((_, f) => (f === 1 ? value : Number.NaN)),
    })),
  );
  const { json } = await call('GET', '/api/v1/me/behaviour');
  expect(json.keystroke).toEqual([]);
  expect(json.mouse).toMatchObject([{ name: 'time', unit: 'ln ms', windows: 2, mean: 2 }]);
  const refused = await call('GET', `/api/v1/sessions/${signedIn.session.id}/behaviour`);
  expect(refused.json).toMatchObject({ code: 'not-allowed' });
});
