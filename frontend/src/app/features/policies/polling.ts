// Reads again every second while something goes on.
import { DestroyRef, effect, inject, untracked, type Signal } from '@angular/core';

const EVERY_MS = 1_000;

export function polling(going: Signal<boolean>, read: () => Promise<void>): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const next = (): void => {
    timer = setTimeout(() => {
      void read().then(() => {
        if (untracked(going)) next();
      });
    }, EVERY_MS);
  };
  effect(() => {
    clearTimeout(timer);
    if (going()) next();
  });
  inject(DestroyRef).onDestroy(() => clearTimeout(timer));
}
