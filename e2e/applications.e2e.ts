// Two sample applications, protected in both ways: one behind a real nginx that asks, one that asks by itself.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type APIRequestContext } from '@playwright/test';
import { freePort } from '../scripts/stack/free-port';
import { findProgram } from '../scripts/stack/program';
import { bundleSdk } from '../scripts/sdk/build-sdk';
import { ADMIN, invite, signIn, tokenOf, type Account } from './people';

const EXAMPLES = join(process.cwd(), 'docs/examples');
const children: ChildProcess[] = [];
const home = mkdtempSync(join(tmpdir(), 'verity-nginx-'));

/** Starts a program of the examples; resolves once its address answers anything. */
async function start(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  address: string,
): Promise<ChildProcess> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    cwd: EXAMPLES,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await expect(async () => {
    await fetch(address, { redirect: 'manual' });
  }).toPass({ timeout: 20_000 });
  return child;
}

test.afterAll(() => {
  for (const child of children) child.kill();
  rmSync(home, { recursive: true, force: true });
});

const admin = async (request: APIRequestContext) => {
  const headers = { authorization: `Bearer ${await tokenOf(request, ADMIN)}` };
  return async <T>(method: string, path: string, data?: unknown): Promise<T> => {
    const reply = await request.fetch(path, { method, headers, ...(data ? { data } : {}) });
    expect(reply.status(), await reply.text()).toBe(200);
    return (await reply.json()) as T;
  };
};

/** Names a resource of a host in the policy as highly sensitive, with a rule that always wants fresh proof for it. */
async function guard(call: Awaited<ReturnType<typeof admin>>, host: string, path: string) {
  const { version, rules, hysteresis, resources } = await call<{
    version: number;
    rules: object[];
    hysteresis: object;
    resources: object[];
  }>('GET', '/api/v1/policies/current');
  const id = `guarded-${host.replace(/\W/g, '-')}`;
  const resource = { id, name: id, host, path_prefix: path, sensitivity: 'high' };
  const rule = {
    id: `proof-${id}`,
    name: `Fresh proof for ${path}`,
    when: { resources: [id], no_step_up_within: 900 },
    effect: 'step_up',
  };
  await call('PUT', '/api/v1/policies', {
    based_on: version,
    reason: 'What matters needs fresh proof.',
    policy: { rules: [rule, ...rules], hysteresis, resources: [...resources, resource] },
  });
}

test('a site behind nginx: sign in, read, step up for what matters, and refused once the session is ended', async ({
  page,
  request,
}) => {
  test.setTimeout(120_000);
  const nginx = findProgram('nginx');
  if (!nginx) throw new Error('nginx is not installed: apt-get install nginx');
  const platform = test.info().project.use.baseURL as string;
  const [sitePort, programPort] = [await freePort(), await freePort()];
  const site = `http://localhost:${sitePort}`;

  const call = await admin(request);
  await call('POST', '/api/v1/applications', {
    name: 'Intranet',
    handle: 'intranet',
    origins: [site],
  });
  await guard(call, `localhost:${sitePort}`, '/salaries');
  const conf = readFileSync(join(EXAMPLES, 'behind-proxy/nginx.conf'), 'utf8')
    .replace('127.0.0.1:5000', new URL(platform).host.replace('localhost', '127.0.0.1'))
    .replace('127.0.0.1:8081', `127.0.0.1:${programPort}`)
    .replace('127.0.0.1:8080', `127.0.0.1:${sitePort}`);
  writeFileSync(join(home, 'nginx.conf'), conf);
  await start(
    process.execPath,
    ['behind-proxy/site.mjs'],
    { PORT: String(programPort), VERITY_URL: platform },
    `http://127.0.0.1:${programPort}/`,
  );
  await start(
    nginx,
    ['-c', join(home, 'nginx.conf'), '-p', home],
    {},
    `http://127.0.0.1:${sitePort}/`,
  );

  const person: Account = await invite(request, 'Petra Proxied');
  await page.goto(`${site}/reports`);
  await expect(page).toHaveURL(/sign-in/);
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(`${site}/reports`);
  await expect(page.locator('#who')).toHaveText(person.email);

  // A header that the browser makes up reaches nobody.
  const forged = await page.request.get(`${site}/reports`, {
    headers: { 'x-verity-email': 'boss@example.org', 'x-original-url': `${site}/` },
  });
  expect(await forged.text()).toContain(person.email);

  await page.goto(`${site}/salaries`);
  await expect(page).toHaveURL(/\/enter\?/);
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Your password').fill(person.password);
  await dialog.getByRole('button', { name: 'Prove it' }).click();
  await expect(page).toHaveURL(`${site}/salaries`);
  await expect(page.getByRole('heading', { name: 'Salaries' })).toBeVisible();

  // The collector of the site delivers for the session behind its cookie.
  await page.locator('textarea').click();
  await page.keyboard.type('the rhythm of these keys reaches the platform', { delay: 60 });
  const { items } = await call<{ items: { id: string; user_email: string }[] }>(
    'GET',
    `/api/v1/sessions?state=live&q=${encodeURIComponent(person.email)}`,
  );
  await expect
    .poll(async () => {
      const all = await Promise.all(
        items.map(({ id }) =>
          call<{ current: { batch_seq?: number } | null }>('GET', `/api/v1/sessions/${id}/risk`),
        ),
      );
      return Math.max(...all.map(({ current }) => current?.batch_seq ?? -1));
    })
    .toBeGreaterThanOrEqual(1);

  for (const { id } of items) {
    await call('POST', `/api/v1/sessions/${id}/terminate`, { reason: 'Ended by the test.' });
  }
  await page.goto(`${site}/reports`);
  await expect(page).toHaveURL(/sign-in/);
  await expect(page.locator('#who')).toHaveCount(0);
});

test('a shop that asks by itself: hand over, decide, prove, and hear by webhook that it is over', async ({
  page,
  request,
}) => {
  test.setTimeout(120_000);
  await bundleSdk();
  const platform = test.info().project.use.baseURL as string;
  const port = await freePort();
  const shop = `http://localhost:${port}`;
  const call = await admin(request);
  const { id } = await call<{ id: string }>('POST', '/api/v1/applications', {
    name: 'Shop',
    handle: 'shop',
    origins: [shop],
  });
  await guard(call, `localhost:${port}`, '/payments');
  const { key } = await call<{ key: string }>('POST', `/api/v1/applications/${id}/keys`, {
    name: 'server',
    scopes: ['sessions:write', 'decisions:read', 'risk:read'],
    days: 1,
  });
  const { secret, webhook } = await call<{ secret: string; webhook: { id: string } }>(
    'POST',
    `/api/v1/applications/${id}/webhooks`,
    { url: `${shop}/webhooks/verity`, events: ['session.step_up_passed', 'session.terminated'] },
  );
  const child = await start(
    process.execPath,
    ['with-sdk/app.mjs'],
    {
      PORT: String(port),
      VERITY_URL: platform,
      VERITY_KEY: key,
      VERITY_WEBHOOK_SECRET: secret,
      SHOP_USERS: 'ann:a long password',
    },
    shop,
  );
  let said = '';
  child.stdout?.on('data', (part: Buffer) => (said += part.toString()));

  await page.goto(shop);
  await page.getByLabel('Name').fill('ann');
  await page.getByLabel('Password').fill('a long password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Hello ann' })).toBeVisible();
  await page.locator('textarea').click();
  await page.keyboard.type('the rhythm of these keys reaches the platform', { delay: 60 });

  await page.getByRole('link', { name: 'Payments' }).click();
  await expect(page.getByRole('heading', { name: 'Prove that it is you' })).toBeVisible();
  await page.getByLabel('Password').fill('a long password');
  await page.getByRole('button', { name: 'Prove it' }).click();
  await expect(page.getByRole('heading', { name: 'Payments' })).toBeVisible();
  await expect.poll(() => said).toContain('webhook session.step_up_passed');

  const { items } = await call<{ items: { id: string }[] }>(
    'GET',
    '/api/v1/sessions?state=live&q=ann%40shop',
  );
  expect(items).toHaveLength(1);
  const session = items[0]?.id as string;
  await call('POST', `/api/v1/sessions/${session}/terminate`, { reason: 'Ended by the test.' });
  await expect.poll(() => said).toContain(`webhook session.terminated ${session}`);
  await page.goto(`${shop}/account`);
  await expect(page.getByRole('heading', { name: 'Sign in to the shop' })).toBeVisible();

  // What was sent stands in the log, and the page of the application shows it.
  await call('POST', `/api/v1/applications/${id}/webhooks/${webhook.id}/test`);
  await expect.poll(() => said).toContain('webhook webhook.test');
  await signIn(page, ADMIN);
  await page.goto(`/applications/${id}`);
  const log = page.getByRole('region', { name: 'Deliveries' });
  await expect(log.getByText('session.terminated')).toBeVisible();
  await log.getByRole('button', { name: /session.terminated/ }).click();
  await expect(log.getByText('answered 204')).toBeVisible();
  await log.getByRole('button', { name: 'Send again' }).click();
  await expect(page.getByText('It is sent again now.')).toBeVisible();
});
