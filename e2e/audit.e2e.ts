// The way of an auditor: from "this session was terminated" to "proven on chain", with nobody to be believed on the way.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test, type APIRequestContext, type Page } from '@playwright/test';
import { ADMIN, invite, signIn, tokenOf } from './people';

const run = promisify(execFile);
const VERIFIER = 'backend/verify/bin/verity-verify.mjs';
/** Records get their place within a second, anchors are looked after every 15 seconds. */
const ANCHORED_MS = 60_000;

/** Opens a session and has the admin end it; answers its id. */
async function endedSession(request: APIRequestContext, name: string): Promise<string> {
  const person = await invite(request, name);
  const own = { authorization: `Bearer ${await tokenOf(request, person)}` };
  const me = await request.get('/api/v1/me', { headers: own });
  const { session } = (await me.json()) as { session: { id: string } };
  const ended = await request.post(`/api/v1/sessions/${session.id}/terminate`, {
    headers: { authorization: `Bearer ${await tokenOf(request, ADMIN)}` },
    data: { reason: 'Reported as stolen' },
  });
  expect(ended.status(), await ended.text()).toBe(200);
  return session.id;
}

/** Opens the record of the end of a session as its reader finds it: by subject, in the timeline. */
async function openRecord(page: Page, session: string): Promise<void> {
  await page.getByRole('searchbox', { name: 'Subject' }).fill(`session:${session}`);
  await expect(page).toHaveURL(/subject=session/);
  await page.getByLabel('Action').selectOption('session.terminated');
  const found = page.getByRole('link', { name: /Terminated a session/ });
  await expect(async () => {
    if ((await found.count()) === 0) await page.reload();
    await expect(found).toHaveCount(1, { timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
  await found.click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Terminated a session/);
}

/** A verifier that has nothing of this platform but the file. */
async function verify(...args: string[]): Promise<{ code: number; text: string }> {
  try {
    const { stdout } = await run(process.execPath, [VERIFIER, ...args]);
    return { code: 0, text: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, text: stdout + stderr };
  }
}

test('from "this session was terminated" to "proven on chain"', async ({ page, request }, info) => {
  test.setTimeout(180_000);
  const session = await endedSession(request, 'Tara Terminated');
  const auditor = await invite(request, 'Aude Auditor', 'auditor');
  await signIn(page, auditor);
  await expect(page).toHaveURL(/\/audit$/);
  await openRecord(page, session);
  await expect(page.getByText('Reported as stolen', { exact: true })).toBeVisible();

  // The page follows its record onto the chain by itself.
  const title = page.getByRole('heading', { level: 1 });
  await expect(title).toHaveText(/anchored in block [\d,]+/, { timeout: ANCHORED_MS });
  const proof = page.getByRole('region', { name: 'Proof' });
  await expect(proof.getByText('Computed anew in this browser')).toBeVisible();
  await expect(proof.getByText(/^Block [\d,]+$/)).toBeVisible();

  // The browser asks the chain itself, not this server.
  const asked: string[] = [];
  page.on('request', (sent) => asked.push(new URL(sent.url()).origin));
  const receipt = page.getByRole('region', { name: 'Receipt' });
  await receipt.getByRole('button', { name: 'Check here in the browser' }).click();
  await expect(receipt.getByText('Proven on chain', { exact: true })).toBeVisible();
  await expect(receipt.getByText('Fails', { exact: true })).toHaveCount(0);
  const rpc = asked.find((origin) => origin !== new URL(page.url()).origin);
  expect(rpc, 'the chain was asked').toBeDefined();
  await receipt.getByRole('button', { name: 'Let the server check' }).click();
  await expect(receipt.getByText('Checked by the server')).toBeVisible();
  await expect(receipt.getByText('Proven on chain', { exact: true })).toBeVisible();

  const coming = page.waitForEvent('download');
  await receipt.getByRole('button', { name: 'Download receipt' }).click();
  const file = info.outputPath('receipt.json');
  await (await coming).saveAs(file);
  const good = await verify(file, '--rpc', rpc ?? '', '--json');
  expect(good.code, good.text).toBe(0);
  expect(JSON.parse(good.text)).toMatchObject({ summary: { proven: 1, broken: 0 } });

  // One word of the leaf is another one: the link that breaks is named.
  const forged = info.outputPath('forged.json');
  const text = readFileSync(file, 'utf8');
  const at = text.indexOf('"outcome":"success"');
  expect(at).toBeGreaterThan(0);
  writeFileSync(forged, text.replace('"outcome":"success"', '"outcome":"failure"'));
  const bad = await verify(forged, '--rpc', rpc ?? '', '--json');
  expect(bad.code).toBe(1);
  const { receipts } = JSON.parse(bad.text) as { receipts: { failed: string }[] };
  expect(receipts[0]?.failed).toBe('leaf');

  await page.goto('/audit/check');
  await page.getByLabel(/Choose files/).setInputFiles(forged);
  await expect(title).toHaveText('The receipt is broken');
  await expect(page.getByText('Broken: leaf')).toBeVisible();
  await page.getByLabel(/Choose files/).setInputFiles([file, forged]);
  await expect(title).toHaveText('1 of 2 receipts broken');
  await page.getByLabel('The server').check();
  await page.getByLabel(/Choose files/).setInputFiles(file);
  await expect(title).toHaveText('The receipt is proven on chain');
});

test('a receipt that discloses nothing proves the record all the same', async ({
  page,
  request,
}, info) => {
  test.setTimeout(120_000);
  const session = await endedSession(request, 'Clara Closed');
  await signIn(page, ADMIN);
  await page.goto(`/sessions/${session}`);
  await page.getByRole('link', { name: 'Proof', exact: true }).click();
  await page.getByRole('link', { name: /Terminated a session/ }).click();
  const title = page.getByRole('heading', { level: 1 });
  await expect(title).toHaveText(/anchored in block/, { timeout: ANCHORED_MS });
  const receipt = page.getByRole('region', { name: 'Receipt' });
  for (const field of ['Actor', 'Subject', 'Network address', 'Details']) {
    await receipt.getByLabel(field).uncheck();
  }
  const coming = page.waitForEvent('download');
  await receipt.getByRole('button', { name: 'Download receipt' }).click();
  const file = info.outputPath('closed.json');
  await (await coming).saveAs(file);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('"openings":{}');
  expect(text).not.toContain(session);
  await receipt.getByRole('button', { name: 'Check here in the browser' }).click();
  await expect(receipt.getByText('Proven on chain', { exact: true })).toBeVisible();
});

test('the log is verified from its page, followed while it runs, and its anchors are listed', async ({
  page,
  request,
}) => {
  test.setTimeout(120_000);
  await signIn(page, await invite(request, 'Vera Verifier', 'auditor'));
  await page.getByRole('link', { name: 'Integrity' }).click();
  const card = page.getByRole('region', { name: 'Verifications' });
  await card.getByRole('button', { name: 'Verify now' }).click();
  await expect(card.getByText('Intact').first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^The log is intact/);
  await page.getByRole('link', { name: 'Anchors', exact: true }).click();
  await expect(page.getByRole('table').getByText('Confirmed').first()).toBeVisible({
    timeout: ANCHORED_MS,
  });
});

test('records are handed out with the filter in force, and only after fresh proof', async ({
  page,
  request,
}, info) => {
  const auditor = await invite(request, 'Elif Exporter', 'auditor');
  await signIn(page, auditor);
  await page.goto('/audit?action=user.invited');
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  const table = info.outputPath('audit.csv');
  await (await coming).saveAs(table);
  const lines = readFileSync(table, 'utf8').trim().split('\n');
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines.slice(1)) expect(line).toContain('user.invited');
  const next = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Receipts' }).click();
  const receipts = info.outputPath('receipts.jsonl');
  await (await next).saveAs(receipts);
  const checked = await verify(receipts, '--json');
  expect(checked.code, checked.text.slice(0, 500)).toBe(0);
  await page.goto('/audit/check');
  await page.getByLabel(/Choose files/).setInputFiles(receipts);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/receipts? (hold|proven|is)/);
});

test('erasing a person asks for their address, and leaves every proof standing', async ({
  page,
  request,
}) => {
  test.setTimeout(120_000);
  const session = await endedSession(request, 'Gone Gregor');
  const headers = { authorization: `Bearer ${await tokenOf(request, ADMIN)}` };
  const people = await request.get('/api/v1/users?q=gone.gregor', { headers });
  const { items } = (await people.json()) as { items: { id: string; email: string }[] };
  const person = items[0];
  if (!person) throw new Error('the person was not found');
  await signIn(page, ADMIN);
  await page.goto(`/audit?person=${person.id}`);
  await page.getByRole('button', { name: 'Erase from the log …' }).click();
  const dialog = page.getByRole('dialog', { name: /Erase Gone Gregor/ });
  const erase = dialog.getByRole('button', { name: 'Erase for good' });
  await dialog.getByLabel(/Reason/).fill('Asked for by the person');
  await expect(erase).toBeDisabled();
  await dialog.getByLabel(/To confirm/).fill(person.email);
  await erase.click();
  await expect(page).toHaveURL(/action=person\.erased/);
  await expect(async () => {
    const found = await request.get(`/api/v1/audit?subject=session:${session}`, { headers });
    const page1 = (await found.json()) as { items: { record: { id: string }; erased: string[] }[] };
    expect(page1.items.length).toBe(0);
    const all = await request.get('/api/v1/audit?action=session.terminated', { headers });
    const { items: ended } = (await all.json()) as typeof page1;
    expect(ended.some(({ erased }) => erased.includes('details'))).toBe(true);
  }).toPass({ timeout: 30_000 });
  await page.goto('/audit?action=session.terminated');
  await page
    .getByRole('link', { name: /Terminated a session erased/ })
    .first()
    .click();
  await expect(page.getByText('nobody can open this commitment any more').first()).toBeVisible();
  await expect(page.getByText('Computed anew in this browser')).toBeVisible();
});

test('an auditor reads: nothing else of the platform opens, and nobody else reads', async ({
  page,
  request,
}) => {
  await signIn(page, await invite(request, 'Rita Readonly', 'auditor'));
  const places = page.getByRole('navigation', { name: 'Main' }).getByRole('link');
  await expect(places).toHaveText([
    'Audit',
    'Policies',
    'Developer',
    'My session',
    'Notifications',
    'Privacy',
    'Account',
  ]);
  await page.goto('/audit?person=01890a5d-ac96-774b-bcce-b302099a8057');
  await expect(page.getByText('No record fits')).toBeVisible();
  await expect(page.getByRole('button', { name: /Erase/ })).toHaveCount(0);
  const person = await invite(request, 'Norbert Noaudit');
  const headers = { authorization: `Bearer ${await tokenOf(request, person)}` };
  for (const path of ['', '/integrity', '/anchors', '/verifications', '/export/csv']) {
    const refused = await request.get(`/api/v1/audit${path}`, { headers });
    expect(refused.status(), path).toBe(403);
  }
});
