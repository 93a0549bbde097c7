// The whole story: a session is taken over by another typist; score, step-up, end, alert and audit record follow.
// The person and the stranger are simulated: fitted typists, the collector's own recorder and queue, a real socket.
// The administrator who watches is a browser.
import { expect, test } from '@playwright/test';
import { bundle } from '../scripts/bundle.mjs';
import type * as Simulated from './simulated';
import { ADMIN, invite, signIn, tokenOf } from './people';

const PLACE = 6;

test('a session that is taken over is asked for proof and ended, and all of it is on record', async ({
  page,
  request,
}) => {
  test.setTimeout(240_000);
  const url = test.info().project.use.baseURL!;
  const { Visit, LiveRecording, enrol, handsOf, sittingsOf, strangerTo } = (await import(
    await bundle('e2e/simulated.ts')
  )) as typeof Simulated;

  const account = await invite(request, 'Tess Typist');
  const person = {
    ...account,
    role: 'user' as const,
    address: undefined,
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0',
    platform: 'Linux',
    screen: '1920x1080',
  };
  const credential = {
    password: account.password,
    fingerprint: 'e2e-tess-typist-000001',
    shown: true,
  };
  await test.step('five minutes of the person’s typing are learnt', async () => {
    const outcome = await enrol({
      url,
      person,
      credential,
      behaviour: sittingsOf(PLACE, 30_000),
      progress: () => undefined,
      signal: new AbortController().signal,
    });
    expect(outcome).toBe('enrolled');
  });

  const visit = await Visit.begin(url, person, credential);
  const heard = { stepUp: '', ended: '', highest: 0 };
  visit.listeners.add({
    onScore: ({ risk_score }) => (heard.highest = Math.max(heard.highest, risk_score)),
    onStepUp: (reason) => (heard.stepUp = reason),
    onEnded: (reason) => (heard.ended = reason),
  });
  const recording = new LiveRecording(
    handsOf(PLACE),
    () => visit.now(),
    (batch) => visit.deliver(batch),
  );
  try {
    await test.step('the administrator sees the session live and low', async () => {
      await signIn(page, ADMIN);
      await page.goto('/sessions?q=tess');
      const row = page.getByRole('row', { name: /Tess Typist/ });
      await expect(row).toContainText('Active');
      await expect(row).toContainText('Low');
      await row.getByRole('link', { name: 'Tess Typist' }).click();
      await expect(
        page.getByRole('heading', { name: /Tess Typist is active at low risk/ }),
      ).toBeVisible();
    });
    await page.waitForTimeout(10_000);
    expect(heard.highest, 'the owner is trusted').toBeLessThan(60);

    recording.takeOver(strangerTo(PLACE));
    await test.step('the score rises with its reason, and proof is asked for', async () => {
      await expect.poll(() => heard.highest, { timeout: 120_000 }).toBeGreaterThanOrEqual(60);
      await expect.poll(() => heard.stepUp !== '' || heard.ended !== '').toBe(true);
      await expect(page.getByText('Typing rhythm').first()).toBeVisible();
    });
    await test.step('nobody proves anything, and the session is ended in the middle of the typing', async () => {
      await expect.poll(() => heard.ended, { timeout: 120_000 }).not.toBe('');
      await expect(
        page.getByRole('heading', { name: /Tess Typist was terminated at risk/ }),
      ).toBeVisible();
      const refused = await request.get('/api/v1/me', {
        headers: { authorization: `Bearer ${visit.door.token}` },
      });
      expect(refused.status()).toBe(401);
      expect(await refused.json()).toMatchObject({ code: 'session-ended' });
    });
  } finally {
    recording.stop();
    await visit.signOut();
  }

  await test.step('the decisions stand beside the score', async () => {
    await page.reload();
    const decisions = page.getByRole('region', { name: 'Decisions of the policy' });
    // Which of the two rules ends it depends on how steeply the score rose between two batches.
    await expect(
      decisions.getByText(/(A critical|An extreme) score ends the session/).first(),
    ).toBeVisible();
  });
  await test.step('the alert is in the queue and leads back to the session', async () => {
    await page.getByRole('link', { name: 'Its alerts' }).click();
    await expect(page.getByText(account.email).first()).toBeVisible();
  });
  await test.step('the audit log has the end of the session, and its chain is whole', async () => {
    const headers = { authorization: `Bearer ${await tokenOf(request, ADMIN)}` };
    const found = await request.get(
      `/api/v1/audit?subject=${encodeURIComponent(`session:${visit.sessionId}`)}&limit=50`,
      { headers },
    );
    const { items } = (await found.json()) as { items: { record: { action: string } }[] };
    const actions = items.map(({ record }) => record.action);
    expect(actions).toContain('session.decision');
    expect(actions).toContain('session.terminated');
    const verified = await request.get('/api/v1/audit/verify', { headers });
    expect(await verified.json()).toMatchObject({ intact: true, broken_at: null });
  });
});
