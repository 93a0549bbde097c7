// Passkeys in the browser: asks the authenticator and says in words what went wrong. The library is loaded when needed.
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/browser';
import { ApiError } from './api-error';
import type { Reply, Request } from './wire';

export type CreationOptions = Reply<'POST /api/v1/me/passkeys/options'>;
export type RequestOptions = Reply<'POST /api/v1/step-up/passkey'>;
export type AttestationAnswer = Request<'POST /api/v1/me/passkeys'>['body']['response'];
export type AssertionAnswer = Request<'POST /api/v1/auth/passkey'>['body']['response'];

/** Browsers know passkeys in secure contexts only: https, or localhost. */
export const passkeysSupported = (): boolean =>
  isSecureContext && typeof PublicKeyCredential === 'function';

/** Whether the browser can offer passkeys in the list under the e-mail field. */
export async function autofillSupported(): Promise<boolean> {
  if (!passkeysSupported()) return false;
  return (await import('@simplewebauthn/browser')).browserSupportsWebAuthnAutofill();
}

/** Makes a passkey. Rejects with `ApiError` of code `passkey`. */
export async function createPasskey(options: CreationOptions): Promise<AttestationAnswer> {
  const { startRegistration } = await import('@simplewebauthn/browser');
  const optionsJSON = options as PublicKeyCredentialCreationOptionsJSON;
  const made = await inWords(options.timeout, options.rp.id, () =>
    startRegistration({ optionsJSON }),
  );
  return made satisfies RegistrationResponseJSON as AttestationAnswer;
}

/**
 * Signs with a passkey; with `autofill`, when the person picks one under the e-mail field, which may be never. Another
 * request ends the one before. Rejects with `ApiError` of code `passkey`, or with the abort's own error.
 */
export async function signWithPasskey(
  options: RequestOptions,
  autofill = false,
): Promise<AssertionAnswer> {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  const optionsJSON = options as PublicKeyCredentialRequestOptionsJSON;
  const signed = await inWords(options.timeout, options.rpId, () =>
    startAuthentication({ optionsJSON, useBrowserAutofill: autofill }),
  );
  return signed satisfies AuthenticationResponseJSON as AssertionAnswer;
}

/** Ends the request that waits for a passkey, if there is one. */
export async function stopWaitingForPasskey(): Promise<void> {
  (await import('@simplewebauthn/browser')).WebAuthnAbortService.cancelCeremony();
}

/** Asks the browser to stop offering a removed passkey. A hint that it may ignore: nothing depends on it. */
export async function hideRemovedPasskey(credentialID: string): Promise<boolean> {
  const { sendSignal } = await import('@simplewebauthn/browser');
  const hint = { signalName: 'unknownCredential', rpID: location.hostname, credentialID } as const;
  return sendSignal(hint).then(
    () => true,
    () => false,
  );
}

async function inWords<T>(timeoutMs: number, rpId: string, ask: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // The library wraps what the browser throws; everybody else knows an abort by its class.
    if (error.name === 'AbortError') throw new DOMException(error.message, 'AbortError');
    const tookTooLong = performance.now() - begun > timeoutMs * 0.95;
    const [title, detail, fix] = explain(error.name, tookTooLong, rpId);
    const problem = { type: 'about:blank', status: 0, code: 'passkey' as const };
    throw new ApiError({ ...problem, title, detail, fix }, { cause: error });
  }
}

/** Title, what happened and how to go on, by the name of the browser's error (WebAuthn, sections 5.1.3 and 5.1.4). */
function explain(name: string, tookTooLong: boolean, rpId: string): [string, string, string] {
  switch (name) {
    case 'NotAllowedError':
      return tookTooLong
        ? ['It took too long', 'The browser stopped waiting for your passkey.', 'Try again.']
        : [
            'No passkey was used',
            'You cancelled, or this device has no passkey for this account.',
            'Try again, pick another device, or use another way.',
          ];
    case 'InvalidStateError':
      return [
        'Enrolled already',
        'This device or security key holds a passkey of your account already.',
        'Use another device, or keep the one that you have.',
      ];
    case 'SecurityError':
      return [
        'The wrong address',
        `Passkeys of this installation belong to ${rpId}; this page is on ${location.hostname}.`,
        `Open it on ${rpId}, or have the operator set PUBLIC_URL to this address.`,
      ];
    case 'ConstraintError':
    case 'NotSupportedError':
      return [
        'This device cannot do it',
        'It can keep no passkey, or cannot verify you by fingerprint, face or PIN.',
        'Set up a screen lock, or use another device or security key.',
      ];
    default:
      return [
        'The passkey did not work',
        'The device gave no usable answer.',
        'Try again, or use another way.',
      ];
  }
}
