// A place whose code could not be fetched: the server is away, or a newer build has taken the place of this one.
import { inject } from '@angular/core';
import { type NavigationError, Router } from '@angular/router';
import { Toasts } from './toasts';

/** What Chromium, Firefox and Safari throw when a module that is imported on demand cannot be had. */
const NOT_FETCHED = /dynamically imported module|importing a module script failed/i;

/**
 * For `withNavigationErrorHandler`. When the server answers, the place is opened anew with the build that it has now;
 * else the person is told and can try again. The first navigation of a page is never opened anew: that might not end.
 */
export function findLostPage({ error, url }: NavigationError): void {
  if (!(error instanceof TypeError) || !NOT_FETCHED.test(error.message)) return;
  const router = inject(Router);
  const toasts = inject(Toasts);
  const tell = () =>
    toasts.say('This page could not be fetched: Verity does not answer.', {
      label: 'Try again',
      run: () => void router.navigateByUrl(url),
    });
  void fetch('/', { cache: 'no-store' }).then(
    ({ ok }) => {
      if (ok && router.navigated) location.assign(url);
      else tell();
    },
    () => tell(),
  );
}
