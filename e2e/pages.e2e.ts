// Every page: accessible in light and dark, within a phone's width, under the strict policy, and small to load.
import { gzipSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { ADMIN, invite, signIn } from './people';

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
  '/audit',
  '/system',
  '/developer',
  '/my-session',
  '/account',
  '/appeals',
  '/notifications',
  '/privacy',
  '/no-such-page',
];
const LOOKS = ['light', 'dark'] as const;
const PHONE = { width: 390, height: 844 };
const MOST_INITIAL_BYTES = 150 * 1024;

/** Resolves when the page has its heading and nothing is being read any more. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
}

/** Opens a page within the client, so that one sign-in serves all. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await settled(page);
}

async function expectAccessible(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
  expect(found, what).toEqual([]);
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

for (const colorScheme of LOOKS) {
  test(`no page has an accessibility violation in ${colorScheme}`, async ({ browser }) => {
    test.setTimeout(180_000);
    // Still pictures: a colour in the middle of a transition is no colour of the design.
    const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce' });
    const page = await context.newPage();
    const heard = complaints(page);
    for (const path of ['/sign-in', '/link#token=a-token-that-nobody-ever-made']) {
      await page.goto(path);
      await expect(page.getByRole('main')).toBeVisible();
      await expectAccessible(page, path);
    }
    await signIn(page, ADMIN);
    for (const path of ADMIN_PAGES) {
      await open(page, path);
      await expectAccessible(page, path);
    }
    await open(page, '/sessions');
    await page.getByRole('table').getByRole('link').first().click();
    await settled(page);
    await expectAccessible(page, 'a session');
    await open(page, '/users');
    await page.getByRole('table').getByRole('link').first().click();
    await settled(page);
    await expectAccessible(page, 'a person');
    expect(heard).toEqual([]);
    await context.close();
  });
}

test('no page is wider than a phone', async ({ browser }) => {
  test.setTimeout(120_000);
  const context = await browser.newContext({ viewport: PHONE });
  const page = await context.newPage();
  await signIn(page, ADMIN);
  for (const path of ADMIN_PAGES) {
    await open(page, path);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, path).toBeLessThanOrEqual(PHONE.width);
  }
  await context.close();
});

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
