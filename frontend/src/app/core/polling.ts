// Reads again and again while something goes on.
import { effect, type Signal } from '@angular/core';
import { again } from './again';

const EVERY_MS = 1_000;

export function polling(
  going: Signal<boolean>,
  read: () => Promise<void>,
  everyMs = EVERY_MS,
): void {
  effect((onCleanup) => {
    if (going()) onCleanup(again(read, everyMs));
  });
}
