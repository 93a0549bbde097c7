// `npm run pictures`: looks at every page of a running demo in both widths and both looks; `--guide` renews docs/images.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { projectRoot } from './bundle.mjs';
import { findProgram } from './stack/program';
import { StackError } from './stack/stack-error';
import { signInAt, settled } from './pictures/visit-page';
import { guideScenes } from './pictures/guide';
import { scenes, type Look, type Scene, type Viewer } from './pictures/scenes';
import { setStage, type Stage } from './pictures/stage';

const WIDTHS = { 1440: 900, 390: 844 } as const;
const LOOKS: readonly Look[] = (['light', 'dark'] as const).flatMap((scheme) =>
  ([1440, 390] as const).map((width) => ({ scheme, width })),
);

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};

const url = `http://localhost:${process.env.PORT ?? 5000}`;
const dataDir = resolve(process.env.DATA_DIR ?? 'data');
const guide = process.argv.includes('--guide');
const out = resolve(option('out') ?? (guide ? join(projectRoot, 'docs/images') : 'pictures'));
const only = option('only');

/** One browser context per person serves all of their pages: a dozen sessions of one account would raise its score. */
async function takeAll(browser: Browser, stage: Stage, all: readonly Scene[]): Promise<void> {
  const pages = new Map<Viewer, Page>();
  let refused = false;
  for (const scene of all) {
    let page = pages.get(scene.as);
    if (!page) {
      page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage();
      tellComplaints(page, () => !refused);
      const person = stage.people[scene.as];
      if (person) await signInAt(page, url, person);
      pages.set(scene.as, page);
    }
    refused = scene.refused ?? false;
    try {
      await take(page, stage, scene);
    } catch (error) {
      console.error(`${scene.name}: ${String(error).split('\n')[0]}`);
    } finally {
      // Answers that are still held back belong to a page that nobody looks at any more.
      await page.unrouteAll({ behavior: 'ignoreErrors' });
    }
  }
}

/** What the browser holds against a page is a fault, however well it looks. */
function tellComplaints(page: Page, unexpected: () => boolean): void {
  const tell = (what: string) => {
    if (unexpected()) console.error(`  ${new URL(page.url()).pathname}: ${what}`);
  };
  page.on('pageerror', (error) => tell(String(error.stack ?? error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') tell(message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) {
      tell(`${response.request().method()} ${response.url()} answered ${response.status()}`);
    }
  });
}

async function take(page: Page, stage: Stage, scene: Scene): Promise<void> {
  const path = scene.path(stage);
  if (path === undefined) {
    console.error(`${scene.name}: the demo has nothing to show there yet`);
    return;
  }
  for (const look of scene.looks ?? LOOKS) {
    await page.setViewportSize({ width: look.width, height: WIDTHS[look.width] });
    await page.emulateMedia({ colorScheme: look.scheme, reducedMotion: 'reduce' });
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await scene.before?.(page);
    await page.goto(url + path);
    await settled(page);
    await scene.act?.(page, stage);
    const file = join(out, `${scene.name}-${look.scheme}-${look.width}.png`);
    await page.screenshot({ path: file, fullPage: scene.whole ?? !guide });
  }
  console.log(scene.name);
}

mkdirSync(out, { recursive: true });
const executablePath = process.env.CHROMIUM ?? findProgram('chromium');
if (!executablePath) {
  throw new StackError('Chromium is not installed', 'apt-get install chromium, or set CHROMIUM');
}
const stage = await setStage(url, dataDir);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const all = guide ? guideScenes : scenes;
  await takeAll(
    browser,
    stage,
    all.filter(({ name }) => !only || only.split(',').some((part) => name.startsWith(part))),
  );
} finally {
  await browser.close();
}
