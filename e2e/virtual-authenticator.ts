// Chromium's virtual authenticator (the WebAuthn domain of the DevTools protocol): a device with fingerprint, per page.
import type { CDPSession, Page } from '@playwright/test';

export interface VirtualAuthenticator {
  /** Credential ids in base64, as Chromium holds them. */
  credentials(): Promise<string[]>;
  /** Whether the fingerprint fits; a person who puts on the wrong finger gets no further. */
  verifies(fits: boolean): Promise<void>;
  /** The device is lost: its passkeys are gone, and another one, empty, takes its place. */
  lose(): Promise<void>;
}

/**
 * Nobody has to touch it: it answers whatever is asked, an offer under the e-mail field too. So the page is told that
 * the browser makes no such offers, unless `autofill` is what the test is about.
 */
export async function addAuthenticator(
  page: Page,
  { autofill = false } = {},
): Promise<VirtualAuthenticator> {
  if (!autofill) {
    await page.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
      Reflect.deleteProperty(PublicKeyCredential, 'getClientCapabilities');
    });
  }
  const cdp: CDPSession = await page.context().newCDPSession(page);
  // Without its own window: the virtual authenticator answers at once.
  await cdp.send('WebAuthn.enable', { enableUI: false });
  const add = async (): Promise<string> => {
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return authenticatorId;
  };
  let authenticatorId = await add();
  return {
    async credentials() {
      const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
      return credentials.map((each) => each.credentialId);
    },
    async verifies(isUserVerified) {
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    },
    async lose() {
      await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
      authenticatorId = await add();
    },
  };
}
