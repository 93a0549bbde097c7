// Who may open which page. The server decides what may be read; this only keeps dead ends out of sight.
import { inject } from '@angular/core';
import { type CanActivateFn, type CanDeactivateFn, Router } from '@angular/router';
import { Identity } from './identity';
import type { Role } from './wire';

export const signedIn: CanActivateFn = (_, { url }) => {
  if (inject(Identity).signedIn()) return true;
  return inject(Router).createUrlTree(
    ['/sign-in'],
    url === '/' ? {} : { queryParams: { next: url } },
  );
};

export const hasRole =
  (...roles: Role[]): CanActivateFn =>
  () => {
    const user = inject(Identity).user();
    return (user && roles.includes(user.role)) || inject(Router).createUrlTree(['/']);
  };

/** A page that asks before it is left with something unsaved. */
export interface Leavable {
  mayLeave(): boolean | Promise<boolean>;
}

export const keepsDraft: CanDeactivateFn<Leavable> = (page) => page.mayLeave();

/** The first page of each role. */
export const HOME = {
  user: '/my-session',
  admin: '/overview',
  auditor: '/audit',
} as const satisfies Record<Role, string>;

export const toHome = () => HOME[inject(Identity).user()?.role ?? 'user'];
