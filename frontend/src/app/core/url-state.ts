// Keeps what a page shows in its address: filters, order, selection survive a reload, a link, and the back button.
import { inject } from '@angular/core';
import { ActivatedRoute, Router } from '@angular/router';

/** Answers a function that changes query parameters; null, undefined and empty take one away. */
export function urlState(): (change: Record<string, string | null | undefined>) => void {
  const router = inject(Router);
  const route = inject(ActivatedRoute);
  return (change) => {
    const queryParams = Object.fromEntries(
      Object.entries(change).map(([key, value]) => [key, value || null]),
    );
    void router.navigate([], {
      relativeTo: route,
      queryParams,
      queryParamsHandling: 'merge',
      replaceUrl: true,
    });
  };
}

/** The value when it is one of those allowed: an address is typed by anybody. */
export function oneOf<const T extends string, const F>(
  values: readonly T[],
  value: string | undefined,
  otherwise: F,
): T | F {
  return values.find((one) => one === value) ?? otherwise;
}
