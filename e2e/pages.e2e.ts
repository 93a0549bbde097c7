// Every page: accessible in light and dark, within a phone's width, under the strict policy, and small to load.
import { gzipSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type APIRequestContext, type Browser, type Page } from '@playwright/test';
import { ADMIN, invite, signIn, tokenOf, type Account } from './people';

const ADMIN_PAGES = [
  '/overview',
  '/sessions',
  '/alerts',
  '/policies',
  '/policies/edit',
  '/policies/edit?view=resources',
  '/policies/edit?view=json',
  '/policies/versions',
  '/policies/effect',
  '/policies/runs',
  '/policies/health',
  '/users',
  '/users/groups',
  '/applications',
  '/api-keys',
  '/jobs',
  '/jobs?state=queued',
  '/jobs?state=scheduled',
  '/jobs?state=registered',
  '/jobs/schedules',
  '/system',
  '/developer',
  '/appeals',
  '/no-such-page',
];
const AUDIT_PAGES = [
  '/audit',
  '/audit?period=between',
  '/audit/anchors',
  '/audit/integrity',
  '/audit/check',
];
const PERSON_PAGES = ['/my-session', '/notifications', '/privacy', '/account', '/developer'];
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const MOST_INITIAL_BYTES = 150 * 1024;

/** Resolves when the page has its heading and nothing is being read any more. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
}

/** Goes to a page as a link of the client does, without loading the client anew: one sign-in serves all. */
async function open(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    const shown = document.querySelector('main > router-outlet + *');
    if (new URL(to, location.href).pathname !== location.pathname) shown?.classList.add('leaving');
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
  // The page before stays until the next one has been loaded.
  await expect(page.locator('.leaving')).toHaveCount(0);
  await settled(page);
}

/** All rules of axe, or those named. */
async function expectAccessible(page: Page, what: string, rules?: string[]): Promise<void> {
  const builder = new AxeBuilder({ page });
  const { violations } = await (rules ? builder.withRules(rules) : builder).analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
  expect.soft(found, what).toEqual([]);
}

/** One page in all its looks: every rule in light, the colours in dark, and the width of a phone. */
async function expectFitForAll(page: Page, what: string): Promise<void> {
  await expectAccessible(page, what);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectAccessible(page, `${what} in dark`, ['color-contrast', 'link-in-text-block']);
  await page.setViewportSize(PHONE);
  const width = () => page.evaluate(() => document.documentElement.scrollWidth);
  await expect.soft.poll(width, what).toBeLessThanOrEqual(PHONE.width);
  await page.setViewportSize(DESK);
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Still pictures: a colour in the middle of a transition is no colour of the design. */
async function stillPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    colorScheme: 'light',
    reducedMotion: 'reduce',
    viewport: DESK,
  });
  return context.newPage();
}

/** What the browser complains about: errors of scripts, and whatever the policy refused. */
function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(error.message));
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) heard.push(message.text());
  });
  return heard;
}

test('the pages of an admin are accessible in light and dark, and fit a phone', async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const page = await stillPage(browser);
  const heard = complaints(page);
  for (const path of ['/link#token=a-token-that-nobody-ever-made', '/sign-in']) {
    await page.goto(path);
    await expect(page.getByRole('main')).toBeVisible();
    await expectFitForAll(page, path);
  }
  await signIn(page, ADMIN);
  await settled(page);
  for (const path of ADMIN_PAGES) {
    await open(page, path);
    await expectFitForAll(page, path);
  }
  for (const [path, what] of [
    ['/sessions', 'a session'],
    ['/users', 'a person'],
  ] as const) {
    await open(page, path);
    await page.getByRole('table').getByRole('link').first().click();
    await expect(page).toHaveURL(new RegExp(`${path}/.`));
    await settled(page);
    await expectFitForAll(page, what);
  }
  expect(heard).toEqual([]);
  await page.context().close();
});

test('the pages of the audit log are accessible in light and dark, and fit a phone', async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const page = await stillPage(browser);
  const heard = complaints(page);
  await signIn(page, ADMIN);
  await settled(page);
  for (const path of AUDIT_PAGES) {
    await open(page, path);
    await expectFitForAll(page, path);
  }
  await open(page, '/audit');
  await page
    .getByRole('link', { name: /Signed in/ })
    .first()
    .click();
  await expect(page).toHaveURL(/audit\/records\/./);
  await settled(page);
  await expectFitForAll(page, 'an audit record');
  expect(heard).toEqual([]);
  await page.context().close();
});

test('a reason, an appeal, and the pages of a person are accessible, and fit a phone', async ({
  browser,
  request,
}) => {
  test.setTimeout(120_000);
  const person = await invite(request, 'Pia Pages');
  const { ended, appeal } = await appealAgainstAnEnd(request, person);
  const own = await stillPage(browser);
  await signIn(own, person);
  await settled(own);
  for (const path of [`/why/session/${ended}`, ...PERSON_PAGES]) {
    await open(own, path);
    await expectFitForAll(own, path);
  }
  await own.context().close();
  const page = await stillPage(browser);
  await signIn(page, ADMIN);
  await settled(page);
  await open(page, `/appeals/${appeal}`);
  await expectFitForAll(page, 'an appeal');
  await page.context().close();
});

/** Ends a session of the person for good, and appeals against that from a second one. */
async function appealAgainstAnEnd(
  request: APIRequestContext,
  person: Account,
): Promise<{ ended: string; appeal: string }> {
  const as = async (account: Account) => ({
    authorization: `Bearer ${await tokenOf(request, account)}`,
  });
  const me = await request.get('/api/v1/me', { headers: await as(person) });
  const ended = ((await me.json()) as { session: { id: string } }).session.id;
  await request.post(`/api/v1/sessions/${ended}/terminate`, {
    headers: await as(ADMIN),
    data: { reason: 'Reported as stolen' },
  });
  const reply = await request.post('/api/v1/me/appeals', {
    headers: await as(person),
    data: { session_id: ended, text: 'It was me, on the train, with one hand.' },
  });
  expect(reply.status(), await reply.text()).toBe(200);
  return { ended, appeal: ((await reply.json()) as { id: string }).id };
}

test('the scripts before the first page stay within 150 kB gzip', async ({ page }) => {
  const sizes: Promise<number>[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'script') return;
    sizes.push(response.body().then((body) => gzipSync(body).length));
  });
  await page.goto('/sign-in');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(0);
  expect(total).toBeLessThanOrEqual(MOST_INITIAL_BYTES);
});

test('navigation shows only what the role can use', async ({ page, request }) => {
  await signIn(page, await invite(request, 'Nina Navigator'));
  await expect(page).toHaveURL(/my-session/);
  const links = page.getByRole('navigation', { name: 'Main' }).getByRole('link');
  await expect(links).toHaveText([
    'Developer',
    'My session',
    'Notifications',
    'Privacy',
    'Account',
  ]);
  await page.goto('/users');
  await expect(page).toHaveURL(/my-session/);
});

test('the palette finds a place by keyboard, and shortcuts are listed', async ({ page }) => {
  await signIn(page, ADMIN);
  await settled(page);
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox', { name: 'Go to, do, or find' });
  await expect(box).toBeFocused();
  await expectAccessible(page, 'the palette');
  await box.fill('alerts');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/alerts$/);
  await settled(page);
  await page.keyboard.press('Shift+?');
  const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(list.getByText('Acknowledge')).toBeVisible();
  await expectAccessible(page, 'the shortcuts');
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await expect(page).toHaveURL(/\/sessions$/);
});

test('the switch between light and dark is remembered', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await signIn(page, ADMIN);
  await settled(page);
  const paper = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await paper();
  await page.getByRole('button', { name: 'Switch between light and dark' }).click();
  await expect.poll(paper).not.toBe(light);
  const dark = await paper();
  await page.reload();
  await settled(page);
  expect(await paper()).toBe(dark);
});

test('filters live in the address and survive a reload', async ({ page }) => {
  await signIn(page, ADMIN);
  await open(page, '/sessions');
  await page.getByLabel('Band').selectOption('critical');
  await expect(page).toHaveURL(/band=critical/);
  await page.reload();
  await settled(page);
  await expect(page.getByLabel('Band')).toHaveValue('critical');
});
