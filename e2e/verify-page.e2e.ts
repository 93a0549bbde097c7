// The static verifier page from a disk, against a chain; and the module that pages of the platform load.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { projectRoot } from '../scripts/bundle.mjs';
import { verifyPage } from '../scripts/stack/verify-product';

const VECTORS = join(projectRoot, 'docs/vectors');
interface Exchange {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly answer: object;
}
const vector = (path: string): string => readFileSync(join(VECTORS, path), 'utf8');
const [proven] = JSON.parse(vector('cases.json')) as [{ receipt: string; rpc: string }];

/** A node with the anchor of the first vector, as a browser meets it. */
let chain: Server;
let url: string;
test.beforeAll(async () => {
  const exchanges = JSON.parse(vector(proven.rpc)) as Exchange[];
  chain = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk: Buffer) => (body += chunk.toString()));
    req.on('end', () => {
      const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
      if (req.method !== 'POST') return res.writeHead(204, cors).end();
      const { id, method, params } = JSON.parse(body) as Exchange & { id: number };
      const asked = JSON.stringify([method, params]);
      const known = exchanges.find((one) => JSON.stringify([one.method, one.params]) === asked);
      return res
        .writeHead(200, cors)
        .end(JSON.stringify({ jsonrpc: '2.0', id, ...(known?.answer ?? { result: null }) }));
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => chain.once('listening', resolve));
  url = `http://127.0.0.1:${(chain.address() as AddressInfo).port}`;
});
test.afterAll(() => void chain.close());

test('the page from a disk proves a receipt, names what is broken, and can be used by all', async ({
  page,
}) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (said) => said.type() === 'error' && errors.push(said.text()));
  await page.goto(pathToFileURL(verifyPage).href);
  await page.getByLabel('Address of the chain').fill(url);
  const broken = join(VECTORS, 'broken/path-with-a-changed-hash.json');
  await page.locator('#files').setInputFiles([join(VECTORS, proven.receipt), broken]);
  await expect(page.getByRole('status')).toHaveText('2 receipts: 1 proven, 0 consistent, 1 broken');
  await expect(page.getByRole('heading', { name: /^Proven/ })).toBeVisible();
  await expect(page.getByText('/inclusion/path')).toBeVisible();
  await page.getByText('Paste a receipt instead').click();
  await page.getByLabel('Text of the receipt').fill(vector(proven.receipt));
  await page.getByRole('button', { name: 'Verify this text' }).click();
  await expect(page.getByRole('heading', { name: /^Proven/ })).toBeFocused();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  }
  expect(errors).toEqual([]);
});

test('a page of the platform loads the verifier as a module', async ({ page, request }) => {
  const kept = await request.get('/verify.html');
  expect(kept.headers()['content-disposition']).toContain('attachment');
  expect(await kept.text()).toContain('<title>Verify a receipt</title>');
  await page.goto('/');
  const report = await page.evaluate(async (text) => {
    const module = '/verify.js';
    const { checkReceipt } = (await import(module)) as {
      checkReceipt(text: string, sources: object): Promise<{ verdict: string }>;
    };
    return checkReceipt(text, { rpc: [] });
  }, vector(proven.receipt));
  expect(report.verdict).toBe('consistent');
});
