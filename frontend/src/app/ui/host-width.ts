// The width that a component has been given, as long as it lives.
import { DestroyRef, ElementRef, type Signal, inject, signal } from '@angular/core';

/** In CSS pixels; `before` until the component has been laid out. Call it where things may be injected. */
export function hostWidth(before: number): Signal<number> {
  const host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  const width = signal(before);
  const observer = new ResizeObserver(([entry]) => {
    const measured = Math.round(entry?.contentRect.width ?? 0);
    if (measured) width.set(measured);
  });
  observer.observe(host);
  inject(DestroyRef).onDestroy(() => observer.disconnect());
  return width;
}
