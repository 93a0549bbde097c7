// The console of jobs in its forms: each list, one job, the dialogs, and what stands in the way.
import type { Page } from '@playwright/test';
import type { Look, Scene } from './scenes';

const SOME: readonly Look[] = [
  { scheme: 'light', width: 1440 },
  { scheme: 'dark', width: 390 },
];

const click = (name: string | RegExp) => async (page: Page) =>
  page.getByRole('button', { name }).first().click();

/** What the server would say of jobs when RabbitMQ is away and no worker lives. */
const inTrouble = (page: Page) =>
  page.route(/\/api\/v1\/jobs\/overview/, async (route) => {
    const response = await route.fetch();
    const told = (await response.json()) as { queues: object[]; counts: object };
    const queues = told.queues.map((queue) => ({ ...queue, messages: null, consumers: null }));
    const counts = { ...told.counts, queued: 14, active: 0, workers: 0 };
    const json = { ...told, queues, counts, broker_up: false, outbox: 14, workers: [] };
    return route.fulfill({ response, json });
  });

export const jobScenes: readonly Scene[] = [
  ...(
    ['active', 'reserved', 'queued', 'waiting', 'scheduled', 'registered', 'failed'] as const
  ).map((state): Scene => ({
    name: `jobs-${state}`,
    as: 'admin',
    path: () => `/jobs?state=${state}`,
    looks: SOME,
  })),
  { name: 'jobs-none', as: 'admin', path: () => '/jobs?q=zzz', looks: SOME },
  { name: 'jobs-trouble', as: 'admin', path: () => '/jobs', before: inTrouble },
  { name: 'job', as: 'admin', path: ({ job }) => (job ? `/jobs/${job}` : undefined) },
  {
    name: 'dialog-run',
    as: 'admin',
    path: () => '/jobs?state=registered',
    looks: SOME,
    whole: false,
    act: click(/^Run check_session_risk/),
  },
  {
    name: 'dialog-run-wrong',
    refused: true,
    as: 'admin',
    path: () => '/jobs?state=registered',
    looks: SOME,
    whole: false,
    async act(page) {
      await click(/^Run check_session_risk/)(page);
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox').first().fill('not an id');
      await dialog.getByRole('button', { name: 'Run now' }).click();
      await dialog.locator('[aria-invalid]').waitFor();
    },
  },
  {
    name: 'dialog-retry',
    as: 'admin',
    path: () => '/jobs?state=failed',
    looks: SOME,
    whole: false,
    async act(page) {
      await click(/^Try failed again/)(page);
      await page.getByRole('dialog').getByRole('status', { name: 'Loading' }).waitFor({
        state: 'detached',
      });
    },
  },
];
