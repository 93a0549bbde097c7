// Runs the collector's listeners in a real Chromium, under real input.
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from '@playwright/test';
import { chromium } from '@playwright/test';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { BehavioralData } from '@verity/protocol/telemetry/schemas';
import type * as Collector from './collector';
import type * as Dom from './dom';
import { classCode } from './key-class';
import type { InputEvent } from './recorder';

declare global {
  interface Window {
    events: InputEvent[];
    batches: unknown[];
    dom: typeof Dom;
    collector: typeof Collector;
    stop(): void;
  }
}

let browser: Browser;
let page: Page;
let script: string;

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `import * as dom from './dom'; import * as collector from './collector';
        Object.assign(window, { dom, collector });`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    write: false,
    conditions: ['source'],
  });
  script = outputFiles[0]!.text;
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  });
}, 60_000);

afterAll(() => browser.close());

beforeEach(async () => {
  page = await browser.newPage({ hasTouch: true });
  await page.setContent(`
    <textarea id="free"></textarea>
    <input id="fixed" data-verity-fixed-text>
    <input id="secret" type="password">
    <div id="box" style="overflow: auto; height: 50px"><div style="height: 500px"></div></div>
    <div style="height: 3000px"></div>`);
  await page.addScriptTag({ content: script });
  await page.evaluate(() => {
    window.events = [];
    window.stop = window.dom.observe(document, (event) => window.events.push(event));
  });
});

afterEach(() => page.close());

const events = () => page.evaluate(() => window.events);
const codes = async () =>
  (await events()).flatMap((event) => (event.kind === 'key_down' ? [event.code] : []));

test('keys are told by their class, and what was typed is nowhere', async () => {
  await page.click('#free');
  await page.keyboard.type('a p7', { delay: 5 });
  await page.keyboard.press('Backspace');
  expect(await codes()).toEqual(
    (['left_letter', 'space', 'right_letter', 'digit', 'delete'] as const).map(classCode),
  );
});

test('in a field of fixed text the position is told instead', async () => {
  await page.click('#fixed');
  await page.keyboard.type('abc');
  expect(await codes()).toEqual([16, 17, 18]);
});

test('in a password field not even the class is told', async () => {
  await page.click('#secret');
  await page.keyboard.type('a7 ');
  expect(new Set(await codes())).toEqual(new Set([classCode('other')]));
});

test('movement, clicks, scrolling and touch are seen', async () => {
  await page.mouse.move(10, 10);
  await page.mouse.move(60, 40, { steps: 3 });
  await page.mouse.down();
  await page.mouse.up();
  await page.evaluate(() => document.querySelector('#box')?.scrollTo(0, 1));
  await page.mouse.move(60, 140);
  await page.mouse.wheel(0, 120);
  await page.touchscreen.tap(30, 30);
  await expect
    .poll(async () => new Set((await events()).map(({ kind }) => kind)))
    .toEqual(new Set(['move', 'button_down', 'button_up', 'scroll', 'touch']));
});

test('what a script dispatches is not taken for a person', async () => {
  await page.evaluate(() => {
    window.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyA' }));
    window.dispatchEvent(new PointerEvent('pointermove', { clientX: 5, clientY: 5 }));
  });
  expect(await events()).toEqual([]);
});

test('nothing is listened to after the end', async () => {
  await page.evaluate(() => window.stop());
  await page.click('#free');
  await page.keyboard.type('a');
  expect(await events()).toEqual([]);
});

test('a running collector delivers batches that the door takes, and stops when told', async () => {
  await page.evaluate(() => {
    window.batches = [];
    const running = window.collector.startCollector({
      nextSeq: 3,
      transport: {
        now: () => Date.now(),
        send(batch) {
          window.batches.push(batch);
          return Promise.resolve('accepted');
        },
      },
    });
    window.stop = () => running.stop();
  });
  await page.click('#free');
  await page.keyboard.type('the quick brown fox', { delay: 80 });
  await expect.poll(() => page.evaluate(() => window.batches.length)).toBeGreaterThan(1);
  const batches = BehavioralData.array().parse(await page.evaluate(() => window.batches));
  expect(batches.map(({ seq }) => seq)).toEqual(batches.map((_, index) => index + 3));
  expect(Math.abs(batches[0]!.started_at - Date.now())).toBeLessThan(10_000);
  expect(batches.flatMap(({ keystrokes }) => keystrokes).length).toBeGreaterThan(5);
  await page.evaluate(() => window.stop());
  const sent = batches.length;
  await page.keyboard.type('more');
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(await page.evaluate(() => window.batches.length)).toBeLessThanOrEqual(sent + 1);
});
