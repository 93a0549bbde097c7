// A clock that ticks for everything that shows relative times; one timer for the whole client.
import { Injectable, signal } from '@angular/core';

const TICK_MS = 5_000;

@Injectable({ providedIn: 'root' })
export class Clock {
  readonly now = signal(Date.now());

  constructor() {
    setInterval(() => {
      if (!document.hidden) this.now.set(Date.now());
    }, TICK_MS);
    document.addEventListener('visibilitychange', () => this.now.set(Date.now()));
  }
}
