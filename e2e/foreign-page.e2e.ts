// A page of another origin loads /collector.js, and what is typed there arrives.
import { createServer, type Server } from 'node:http';
import { expect, test } from '@playwright/test';
import { ADMIN, invite, tokenOf } from './people';

let server: Server;
let token: string;

test.beforeAll(async ({ request }) => {
  const person = await invite(request, 'Fiona Foreign');
  token = await tokenOf(request, person);
  const platform = test.info().project.use.baseURL!;
  const pages: Record<string, [type: string, body: string]> = {
    '/': [
      'text/html',
      `<!doctype html><title>Another site</title>
       <textarea></textarea>
       <script>window.states = [];</script>
       <script type="module" id="verity" src="${platform}/collector.js" data-token-from="/verity-token"></script>
       <script>document.querySelector('#verity').addEventListener('verity-state', (event) =>
         window.states.push(event.detail.state));</script>`,
    ],
    '/verity-token': ['application/json', JSON.stringify({ token })],
  };
  server = createServer(({ url = '/' }, reply) => {
    const [type, body] = pages[url] ?? ['text/plain', ''];
    reply.writeHead(pages[url] ? 200 : 404, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) =>
    server.listen(Number(process.env.E2E_FOREIGN_PORT), 'localhost', resolve),
  );
});

test.afterAll(() => new Promise((resolve) => server.close(resolve)));

test('typing in a page of another origin arrives and is scored', async ({ page, request }) => {
  const headers = { authorization: `Bearer ${token}` };
  const scored = async () => {
    const reply = await request.get('/api/v1/me/risk', { headers });
    const { current } = (await reply.json()) as { current: { batch_seq?: number } | null };
    return current?.batch_seq ?? -1;
  };
  await page.goto(`http://localhost:${process.env.E2E_FOREIGN_PORT}/`);
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { states: string[] }).states))
    .toContain('online');
  await page.locator('textarea').click();
  await page.keyboard.type('the rhythm of these keys is measured, not the keys', { delay: 60 });
  await expect.poll(scored).toBeGreaterThanOrEqual(2);
});

test('a page of an origin that the platform does not know is not let in', async ({ page }) => {
  const refused = await page.goto('about:blank').then(() =>
    page.evaluate(
      (address) =>
        new Promise<boolean>((resolve) => {
          const socket = new WebSocket(address);
          socket.onopen = () => resolve(false);
          socket.onerror = () => resolve(true);
        }),
      `${test.info().project.use.baseURL!.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`,
    ),
  );
  expect(refused).toBe(true);
});

test('without a valid token nothing is delivered', async ({ request }) => {
  const reply = await request.get('/api/v1/me/risk', {
    headers: { authorization: `Bearer ${await tokenOf(request, ADMIN)}x` },
  });
  expect(reply.status()).toBe(401);
});
