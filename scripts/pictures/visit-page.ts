// How a camera moves through the client: signs in, and waits until a page stands still.
import type { Page } from '@playwright/test';

export interface Person {
  email: string;
  password: string;
}

export async function signInAt(page: Page, url: string, person: Person): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((to) => !to.pathname.startsWith('/sign-in'));
}

/** Resolves when the page has its heading and nothing is being read any more. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}
