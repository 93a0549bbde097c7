// The pages of the audit log: records, proofs, receipts, anchors, verification, and what cannot be undone.
import type { Page } from '@playwright/test';
import type { Look, Scene } from './scenes';

const SOME: readonly Look[] = [
  { scheme: 'light', width: 1440 },
  { scheme: 'dark', width: 390 },
];

const click = (name: string | RegExp) => async (page: Page) =>
  page.getByRole('button', { name }).first().click();

/** Takes the receipt of the record that the address names, and gives it to the page as pasted text. */
const checkReceipt =
  (spoil: (receipt: string) => string) => async (page: Page, receipt: string) => {
    await page.getByLabel('Or paste one').fill(spoil(receipt));
    await click('Check it')(page);
    await page
      .getByText(/Proven|Consistent|Broken/i)
      .first()
      .waitFor();
  };

export const auditScenes: readonly Scene[] = [
  { name: 'audit', as: 'auditor', path: () => '/audit' },
  { name: 'audit-none', as: 'auditor', path: () => '/audit?actor=nobody', looks: SOME },
  { name: 'audit-between', as: 'auditor', path: () => '/audit?period=between', looks: SOME },
  {
    name: 'audit-person',
    as: 'admin',
    path: ({ user }) => (user ? `/audit?person=${user}` : undefined),
    looks: SOME,
  },
  {
    name: 'dialog-erase-person',
    as: 'admin',
    path: ({ user }) => (user ? `/audit?person=${user}` : undefined),
    looks: SOME,
    whole: false,
    async act(page) {
      await click('Erase from the log …')(page);
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'audit-record',
    as: 'auditor',
    path: ({ record }) => (record ? `/audit/records/${record}` : undefined),
  },
  { name: 'audit-anchors', as: 'auditor', path: () => '/audit/anchors' },
  { name: 'audit-integrity', as: 'auditor', path: () => '/audit/integrity' },
  { name: 'audit-check', as: 'auditor', path: () => '/audit/check' },
  {
    name: 'audit-check-proven',
    as: 'auditor',
    path: () => '/audit/check',
    act: (page, { receipt }) => checkReceipt((text) => text)(page, receipt ?? ''),
  },
  {
    name: 'audit-check-broken',
    as: 'auditor',
    path: () => '/audit/check',
    looks: SOME,
    act: (page, { receipt }) =>
      checkReceipt((text) => text.replace('"outcome":"success"', '"outcome":"failure"'))(
        page,
        receipt ?? '',
      ),
  },
];
