// Who is signed in: the access token in memory only, renewed through the HttpOnly cookie, one renewal at a time.
import { Injectable, computed, signal } from '@angular/core';
import { type ApiError, errorOfResponse, toApiError } from './api-error';
import { deviceProfile } from './device';
import { signWithPasskey, type RequestOptions } from './passkeys';
import type { Session, SignedIn, User } from './wire';

const RENEW_AT_SHARE = 0.8;
/** Seconds that a start waits where it was refused for haste: somebody who reloads again and again stays signed in. */
const LONGEST_WAIT_S = 15;
const LOCK = 'verity-refresh';

/** Why the person is no longer signed in, to be said on the sign-in page. */
export interface Ending {
  detail: string;
  byOneself: boolean;
  /** The session that has ended, when it was this tab's. */
  session?: string | undefined;
  /** The person said that it was not them, which ended it. */
  disowned?: boolean;
}

/** Survives a reload of the tab; gone with the next sign-in. */
const ENDING = 'verity-ending';
/** The session that this browser has signed in to; without one there is no cookie, and asking for a token is in vain. */
const SIGNED_IN = 'verity-signed-in';

@Injectable({ providedIn: 'root' })
export class Identity {
  readonly token = signal<string | undefined>(undefined);
  readonly user = signal<User | undefined>(undefined);
  readonly session = signal<Session | undefined>(undefined);
  readonly ending = signal<Ending | undefined>(undefined);
  /** Why the person must prove again who they are; undefined when nothing is asked. */
  readonly stepUpReason = signal<string | undefined>(undefined);
  /** Grows whenever proof is asked for, again too. */
  readonly stepUpAsked = signal(0);
  /** Grows whenever what may be read changes, so that open pages read again. */
  readonly epoch = signal(0);
  /** The session that the person has just said was not them: its end is heard sooner than the answer to that. */
  readonly disowned = signal<string | undefined>(undefined);
  readonly signedIn = computed(() => this.user() !== undefined);

  private waitingForProof: ((proved: boolean) => void)[] = [];
  private renewing: Promise<void> | undefined;
  private renewTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly tabs = new BroadcastChannel('verity');

  constructor() {
    this.ending.set(endingBefore());
    this.tabs.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data === 'signed-out' && this.signedIn())
        this.forget('You signed out in another tab.', true);
    };
  }

  /** At start-up: a reload keeps the person signed in. Never rejects. */
  async resume(): Promise<void> {
    if (localStorage.getItem(SIGNED_IN) === null) return;
    try {
      await this.refresh();
    } catch (error) {
      const { code, problem, message } = toApiError(error);
      const wait = problem.retry_after ?? Infinity;
      if (code === 'too-fast' && wait <= LONGEST_WAIT_S) {
        await new Promise((resolve) => setTimeout(resolve, wait * 1000));
        return this.resume();
      }
      // Nobody signed in is nothing to tell; that the question was not answered is.
      if (problem.status !== 401) this.ending.set({ detail: message, byOneself: false });
    }
  }

  async signIn(email: string, password: string): Promise<void> {
    this.accept(
      await post<SignedIn>('/api/v1/auth/login', { email, password, device: deviceProfile() }),
    );
    this.epoch.update((epoch) => epoch + 1);
  }

  /**
   * Signs in with a passkey, without address or password. With `autofill` it waits until the person picks one under
   * the e-mail field. Rejects with `ApiError`, or with the abort's own error when another request takes its place.
   */
  async signInWithPasskey(autofill = false): Promise<void> {
    const options = await post<RequestOptions>('/api/v1/auth/passkey/options');
    const response = await signWithPasskey(options, autofill);
    this.accept(
      await post<SignedIn>('/api/v1/auth/passkey', { response, device: deviceProfile() }),
    );
    this.epoch.update((epoch) => epoch + 1);
  }

  async signOut(): Promise<void> {
    const token = this.token();
    this.forget('You are signed out.', true);
    this.tabs.postMessage('signed-out');
    if (token) await post('/api/v1/auth/logout', undefined, token);
  }

  /** The session has ended elsewhere: by an admin, by policy, by time. */
  end(detail: string): void {
    if (this.signedIn()) this.forget(detail, false);
  }

  /** Asks for proof; resolves when it is given (true) or declined. */
  askStepUp(reason: string): Promise<boolean> {
    this.stepUpReason.set(reason);
    this.stepUpAsked.update((asked) => asked + 1);
    return new Promise((resolve) => this.waitingForProof.push(resolve));
  }

  /** The proof that was asked for is given, or declined. Declined, it stays due while the session says so. */
  settleStepUp(proved: boolean): void {
    if (proved || this.session()?.state !== 'step_up') this.stepUpReason.set(undefined);
    const waiting = this.waitingForProof;
    this.waitingForProof = [];
    for (const resolve of waiting) resolve(proved);
  }

  /** The reply to a step-up: the session as it is now, and a token that tells of the proof. */
  proved({ token, expires_in, session }: Omit<SignedIn, 'user'>): void {
    this.bear(token, expires_in);
    this.observe(session);
    this.epoch.update((epoch) => epoch + 1);
  }

  /** The newest state of the own session; lifts or raises the request to step up. */
  observe(session: Session): void {
    const before = this.session()?.state;
    this.session.set(session);
    if (session.state === 'step_up') {
      this.stepUpReason.set(session.state_reason ?? 'Something about this session is unusual.');
    } else if (before === 'step_up' || before === 'restricted') {
      this.stepUpReason.set(undefined);
      if (before !== session.state) this.epoch.update((epoch) => epoch + 1);
    }
  }

  /** Renews the token unless `stale` was renewed meanwhile. One renewal at a time, in all tabs. */
  async refresh(stale?: string): Promise<void> {
    if (stale !== undefined && this.token() !== stale) return;
    this.renewing ??= this.renew().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async renew(): Promise<void> {
    const ask = () => post<SignedIn>('/api/v1/auth/refresh');
    try {
      // Web Locks exist in secure contexts only; without them one tab at a time is the best there is.
      this.accept(await (navigator.locks ? navigator.locks.request(LOCK, ask) : ask()));
    } catch (error) {
      const failure = toApiError(error);
      if (failure.problem.status === 401) {
        localStorage.removeItem(SIGNED_IN);
        this.end(failure.message);
      }
      throw failure;
    }
  }

  private accept({ token, expires_in, user, session }: SignedIn): void {
    this.user.set(user);
    this.ending.set(undefined);
    sessionStorage.removeItem(ENDING);
    localStorage.setItem(SIGNED_IN, session.id);
    this.observe(session);
    this.bear(token, expires_in);
  }

  private bear(token: string, expiresInSeconds: number): void {
    this.token.set(token);
    clearTimeout(this.renewTimer);
    this.renewTimer = setTimeout(
      () => void this.refresh(token).catch(() => this.retryRenewal(token)),
      expiresInSeconds * 1000 * RENEW_AT_SHARE,
    );
  }

  /** The network was away at renewal time: the next call or this timer tries again. */
  private retryRenewal(token: string): void {
    if (this.signedIn()) {
      this.renewTimer = setTimeout(
        () => void this.refresh(token).catch(() => this.retryRenewal(token)),
        15_000,
      );
    }
  }

  private forget(detail: string, byOneself: boolean): void {
    clearTimeout(this.renewTimer);
    this.token.set(undefined);
    this.user.set(undefined);
    const session = this.session()?.id;
    const disowned = session !== undefined && session === this.disowned();
    const ending = { detail, byOneself, session, disowned };
    this.session.set(undefined);
    // Another tab may have signed in to another session since.
    if (localStorage.getItem(SIGNED_IN) === ending.session) localStorage.removeItem(SIGNED_IN);
    this.settleStepUp(false);
    this.ending.set(ending);
    if (!byOneself) sessionStorage.setItem(ENDING, JSON.stringify(ending));
  }
}

/** The auth routes that must work without a token of `Api`; a failure is an `ApiError`. */
async function post<T>(path: string, body?: unknown, token?: string): Promise<T> {
  const response = await fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown): never => {
    throw toApiError(error);
  });
  if (!response.ok) throw (await errorOfResponse(response)) satisfies ApiError;
  return (await response.json()) as T;
}

/** How the session of this tab ended before the page was loaded. */
function endingBefore(): Ending | undefined {
  const kept = sessionStorage.getItem(ENDING);
  return kept === null ? undefined : (JSON.parse(kept) as Ending);
}
