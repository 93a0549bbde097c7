// Reads again and again while something goes on.
import { DestroyRef, effect, inject, untracked, type Signal } from '@angular/core';

const EVERY_MS = 1_000;

export function polling(
  going: Signal<boolean>,
  read: () => Promise<void>,
  everyMs = EVERY_MS,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const next = (): void => {
    timer = setTimeout(() => {
      void read().then(() => {
        if (untracked(going)) next();
      });
    }, everyMs);
  };
  effect(() => {
    clearTimeout(timer);
    if (going()) next();
  });
  inject(DestroyRef).onDestroy(() => clearTimeout(timer));
}
