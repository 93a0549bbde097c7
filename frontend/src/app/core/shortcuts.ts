// Keyboard shortcuts: registered by the pages that own them, listed under "?".
import { type DestroyRef, Injectable, signal } from '@angular/core';

export interface Shortcut {
  /** One key (`j`, `/`, `?`), a chord of two (`g s`), or `mod+k` (Ctrl or Command). */
  keys: string;
  about: string;
  group: string;
  run: () => void;
}

const CHORD_MS = 1_000;
const TYPING = 'input, textarea, select, [contenteditable=true]';

@Injectable({ providedIn: 'root' })
export class Shortcuts {
  readonly all = signal<readonly Shortcut[]>([]);
  private pending: { key: string; at: number } | undefined;

  constructor() {
    document.addEventListener('keydown', (event) => this.hear(event));
  }

  register(shortcuts: readonly Shortcut[], until: DestroyRef): void {
    this.all.update((all) => [...all, ...shortcuts]);
    until.onDestroy(() => this.all.update((all) => all.filter((one) => !shortcuts.includes(one))));
  }

  private hear(event: KeyboardEvent): void {
    const pressed = (event.ctrlKey || event.metaKey ? 'mod+' : '') + event.key.toLowerCase();
    const target = event.target as Element | null;
    if (event.altKey || event.defaultPrevented) return;
    if (!pressed.startsWith('mod+')) {
      const inDialog = document.querySelector('.cdk-dialog-container') !== null;
      if (inDialog || target?.closest(TYPING)) return;
    }
    const chord =
      this.pending && event.timeStamp - this.pending.at < CHORD_MS
        ? `${this.pending.key} ${pressed}`
        : undefined;
    this.pending = undefined;
    // The newest registration wins: a page may override the shell.
    const found = this.all().findLast(({ keys }) => keys === chord || keys === pressed);
    if (found) {
      event.preventDefault();
      found.run();
    } else if (this.all().some(({ keys }) => keys.startsWith(`${pressed} `))) {
      this.pending = { key: pressed, at: event.timeStamp };
    }
  }
}
