// Every page of the client as somebody meets it: full, empty, failing, and with its dialogs open.
import type { Page } from '@playwright/test';
import { auditScenes } from './audit-scenes';
import { jobScenes } from './job-scenes';
import type { Stage } from './stage';

export type Viewer = 'nobody' | 'admin' | 'auditor' | 'visitor' | 'appealing';

export interface Look {
  scheme: 'light' | 'dark';
  width: 1440 | 390;
}

export interface Scene {
  name: string;
  as: Viewer;
  /** Undefined where the demo has nothing to show there. */
  path: (stage: Stage) => string | undefined;
  looks?: readonly Look[];
  /** The whole page, however long. */
  whole?: boolean;
  /** Requests are refused here, which is what the picture shows. */
  refused?: boolean;
  before?: (page: Page) => Promise<unknown>;
  act?: (page: Page, stage: Stage) => Promise<unknown>;
}

const at = (path: string) => () => path;
const click = (name: string | RegExp) => async (page: Page) =>
  page.getByRole('button', { name }).first().click();
const under = (prefix: string, id: string | undefined) => (id ? `${prefix}/${id}` : undefined);

const SOME: readonly Look[] = [
  { scheme: 'light', width: 1440 },
  { scheme: 'dark', width: 390 },
];

const DIALOGS: readonly Scene[] = [
  {
    name: 'dialog-palette',
    as: 'admin',
    path: at('/overview'),
    act: (page) => page.keyboard.press('Control+k'),
  },
  {
    name: 'dialog-shortcuts',
    as: 'admin',
    path: at('/overview'),
    act: (page) => page.keyboard.press('Shift+?'),
  },
  { name: 'dialog-bell', as: 'appealing', path: at('/my-session'), act: click(/^Notifications/) },
  { name: 'dialog-invite', as: 'admin', path: at('/users'), act: click(/Invite/) },
  { name: 'dialog-register', as: 'admin', path: at('/applications'), act: click(/Register/) },
  {
    name: 'dialog-terminate',
    as: 'admin',
    path: ({ session }) => under('/sessions', session),
    act: click(/Terminate/),
  },
  { name: 'dialog-rename', as: 'visitor', path: at('/account'), act: click('Rename') },
  {
    name: 'dialog-step-up',
    as: 'visitor',
    path: at('/my-session'),
    act: click('Lower it by proof'),
  },
];
const dialogs = DIALOGS.map((scene) => ({ ...scene, looks: SOME, whole: false }));

/** Lists whose answer is held back: as if nothing were there, and as if the server failed. */
const LISTS: readonly [name: string, as: Viewer, path: string][] = [
  ['overview', 'admin', '/overview'],
  ['sessions', 'admin', '/sessions'],
  ['alerts', 'admin', '/alerts'],
  ['appeals', 'admin', '/appeals'],
  ['audit', 'admin', '/audit'],
  ['audit-anchors', 'admin', '/audit/anchors'],
  ['audit-integrity', 'admin', '/audit/integrity'],
  ['audit-check', 'admin', '/audit/check'],
  ['effect', 'admin', '/policies/effect'],
  ['runs', 'admin', '/policies/runs'],
  ['policy-health', 'admin', '/policies/health'],
  ['schedules', 'admin', '/jobs/schedules'],
  ['policies', 'admin', '/policies'],
  ['versions', 'admin', '/policies/versions'],
  ['users', 'admin', '/users'],
  ['groups', 'admin', '/users/groups'],
  ['applications', 'admin', '/applications'],
  ['api-keys', 'admin', '/api-keys'],
  ['jobs', 'admin', '/jobs'],
  ['system', 'admin', '/system'],
  ['my-session', 'visitor', '/my-session'],
  ['notifications', 'visitor', '/notifications'],
  ['privacy', 'visitor', '/privacy'],
  ['account', 'visitor', '/account'],
  ['developer', 'visitor', '/developer'],
];
const RIGHTS = /\/api\/v1\/(me|auth\/\w+)(\?.*)?$/;

const failing: readonly Scene[] = LISTS.map(([name, as, path]) => ({
  name: `failing-${name}`,
  as,
  path: at(path),
  looks: SOME,
  refused: true,
  before: (page) =>
    page.route(/\/api\//, (route) =>
      RIGHTS.test(route.request().url())
        ? route.continue()
        : route.fulfill({
            status: 503,
            contentType: 'application/problem+json',
            body: JSON.stringify({
              type: 'about:blank',
              code: 'unavailable',
              title: 'Not available now',
              status: 503,
              detail: 'MongoDB does not answer.',
              fix: 'Try again in a moment.',
            }),
          }),
    ),
}));

const empty: readonly Scene[] = LISTS.map(([name, as, path]) => ({
  name: `empty-${name}`,
  as,
  path: at(path),
  looks: SOME,
  before: (page) =>
    page.route(/\/api\//, async (route) => {
      if (route.request().method() !== 'GET' || RIGHTS.test(route.request().url())) {
        return route.continue();
      }
      const response = await route.fetch();
      const isJson = response.headers()['content-type']?.includes('json');
      const body: unknown = isJson ? await response.json() : undefined;
      if (!body || typeof body !== 'object' || !('items' in body))
        return route.fulfill({ response });
      return route.fulfill({ response, json: { ...body, items: [], next_cursor: null, total: 0 } });
    }),
}));

export const scenes: readonly Scene[] = [
  { name: 'sign-in', as: 'nobody', path: at('/sign-in') },
  {
    name: 'sign-in-wrong',
    as: 'nobody',
    path: at('/sign-in'),
    looks: SOME,
    refused: true,
    async act(page) {
      await page.getByLabel('E-mail').fill('nobody@demo.verity.local');
      await page.getByLabel('Password').fill('not the password');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'link-used',
    as: 'nobody',
    path: at('/link#token=a-token-that-nobody-ever-made'),
    looks: SOME,
    refused: true,
  },
  { name: 'overview', as: 'admin', path: at('/overview') },
  { name: 'sessions', as: 'admin', path: at('/sessions') },
  { name: 'sessions-ended', as: 'admin', path: at('/sessions?state=terminated'), looks: SOME },
  { name: 'sessions-none', as: 'admin', path: at('/sessions?q=zzz'), looks: SOME },
  { name: 'session', as: 'admin', path: ({ session }) => under('/sessions', session) },
  {
    name: 'session-ended',
    as: 'admin',
    path: ({ endedSession }) => under('/sessions', endedSession),
    looks: SOME,
  },
  { name: 'alerts', as: 'admin', path: at('/alerts') },
  { name: 'alert', as: 'admin', path: ({ alert }) => under('/alerts', alert) },
  { name: 'appeals', as: 'admin', path: at('/appeals') },
  { name: 'appeal', as: 'admin', path: ({ appeal }) => under('/appeals', appeal) },
  { name: 'baseline', as: 'admin', path: ({ baseline }) => under('/appeals', baseline) },
  ...auditScenes,
  { name: 'policies', as: 'admin', path: at('/policies') },
  { name: 'policies-auditor', as: 'auditor', path: at('/policies'), looks: SOME },
  { name: 'edit', as: 'admin', path: at('/policies/edit') },
  {
    name: 'edit-open',
    as: 'admin',
    path: at('/policies/edit'),
    act: async (page) =>
      page
        .getByRole('button', { name: /^Edit / })
        .first()
        .click(),
  },
  { name: 'edit-resources', as: 'admin', path: at('/policies/edit?view=resources') },
  { name: 'edit-json', as: 'admin', path: at('/policies/edit?view=json') },
  { name: 'versions', as: 'admin', path: at('/policies/versions') },
  { name: 'effect', as: 'admin', path: at('/policies/effect') },
  { name: 'runs', as: 'admin', path: at('/policies/runs') },
  { name: 'policy-health', as: 'admin', path: at('/policies/health') },
  { name: 'users', as: 'admin', path: at('/users') },
  { name: 'user', as: 'admin', path: ({ user }) => under('/users', user) },
  { name: 'groups', as: 'admin', path: at('/users/groups') },
  { name: 'applications', as: 'admin', path: at('/applications') },
  {
    name: 'application',
    as: 'admin',
    path: ({ application }) => under('/applications', application),
  },
  { name: 'api-keys', as: 'admin', path: at('/api-keys') },
  { name: 'jobs', as: 'admin', path: at('/jobs') },
  ...jobScenes,
  { name: 'schedules', as: 'admin', path: at('/jobs/schedules') },
  { name: 'system', as: 'admin', path: at('/system') },
  { name: 'developer', as: 'admin', path: at('/developer') },
  { name: 'not-found', as: 'admin', path: at('/no-such-page'), looks: SOME },
  { name: 'my-session', as: 'visitor', path: at('/my-session') },
  { name: 'notifications', as: 'appealing', path: at('/notifications') },
  { name: 'privacy', as: 'visitor', path: at('/privacy') },
  { name: 'account', as: 'visitor', path: at('/account') },
  { name: 'why', as: 'appealing', path: ({ endedSession }) => under('/why/session', endedSession) },
  {
    name: 'why-alert',
    as: 'appealing',
    path: ({ alert }) => under('/why/alert', alert),
    looks: SOME,
  },
  {
    name: 'enter-nowhere',
    as: 'visitor',
    refused: true,
    path: at(`/enter?origin=https://unknown.example&to=/&state=${'a'.repeat(64)}`),
    looks: SOME,
  },
  { name: 'enter-incomplete', as: 'visitor', path: at('/enter'), looks: SOME },
  ...dialogs,
  ...failing,
  ...empty,
];
