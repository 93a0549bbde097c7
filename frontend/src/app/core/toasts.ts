// Short messages after an action, with undo where undo is possible.
import { Injectable, signal } from '@angular/core';
import { toApiError } from './api-error';

export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'bad';
  action?: { label: string; run: () => void } | undefined;
}

const SHOWN_MS = 6_000;
const SHOWN_WITH_ACTION_MS = 12_000;

@Injectable({ providedIn: 'root' })
export class Toasts {
  readonly all = signal<readonly Toast[]>([]);
  private nextId = 1;

  say(text: string, action?: Toast['action']): void {
    this.show({ text, tone: 'plain', action });
  }

  /** What failed, in the server's own words. */
  fail(what: string, error: unknown): void {
    const { detail, fix } = toApiError(error).problem;
    this.show({ text: [what, detail, fix].filter(Boolean).join(' '), tone: 'bad' });
  }

  dismiss(id: number): void {
    this.all.update((all) => all.filter((toast) => toast.id !== id));
  }

  /** What is said twice stands there once, as the newest. */
  private show(toast: Omit<Toast, 'id'>): void {
    const id = this.nextId++;
    this.all.update((all) => [
      ...all.filter(({ text }) => text !== toast.text).slice(-2),
      { ...toast, id },
    ]);
    setTimeout(() => this.dismiss(id), toast.action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
  }
}
