// What the person chose of the look: theme and density, remembered on this device.
import { Injectable, effect, signal } from '@angular/core';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export const DENSITIES = ['comfortable', 'compact'] as const;
export type Density = (typeof DENSITIES)[number];

function remembered<T extends string>(key: string, values: readonly T[], otherwise: T): T {
  const stored = localStorage.getItem(key);
  return values.find((value) => value === stored) ?? otherwise;
}

@Injectable({ providedIn: 'root' })
export class Preferences {
  readonly theme = signal(remembered('verity.theme', THEMES, 'system'));
  readonly density = signal(remembered('verity.density', DENSITIES, 'comfortable'));

  constructor() {
    const root = document.documentElement;
    effect(() => {
      root.dataset['theme'] = this.theme();
      root.dataset['density'] = this.density();
      localStorage.setItem('verity.theme', this.theme());
      localStorage.setItem('verity.density', this.density());
    });
  }

  /** From what is seen now to its opposite. */
  toggleTheme(): void {
    const dark =
      this.theme() === 'dark' ||
      (this.theme() === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
    this.theme.set(dark ? 'light' : 'dark');
  }

  toggleDensity(): void {
    this.density.update((now) => (now === 'compact' ? 'comfortable' : 'compact'));
  }
}
