// The newest scores of a session as a line in a table's row; decoration beside the number, so hidden from readers.
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { Band } from '../core/wire';
import { toPoints } from './polyline';

const WIDTH = 88;
const HEIGHT = 22;
const LEAST_SPAN = 24;

@Component({
  selector: 'vt-sparkline',
  template: `<svg viewBox="0 -1 88 24" aria-hidden="true" preserveAspectRatio="none">
    <polyline [attr.points]="points()" />
  </svg>`,
  styles: `
    :host {
      display: inline-block;
      line-height: 0;
    }
    svg {
      width: 88px;
      height: 24px;
      fill: none;
      stroke: var(--tone);
      stroke-width: 1.5;
      stroke-linejoin: round;
      overflow: visible;
    }
    :host(.low) {
      --tone: var(--low);
    }
    :host(.medium) {
      --tone: var(--medium);
    }
    :host(.high) {
      --tone: var(--high);
    }
    :host(.critical) {
      --tone: var(--critical);
    }
  `,
  host: { '[class]': 'band()' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Sparkline {
  readonly scores = input.required<readonly number[]>();
  readonly band = input.required<Band>();
  protected readonly points = computed(() => {
    const scores = this.scores();
    const samples = scores.map((value, at) => ({ at, value }));
    const highest = Math.max(...scores);
    const lowest = Math.min(...scores);
    // The shape is what a row can show; a calm session must look calm, so the span has a least size.
    const span = Math.max(LEAST_SPAN, highest - lowest);
    const floor = Math.max(0, Math.min(lowest, (highest + lowest - span) / 2));
    const box = { width: WIDTH, height: HEIGHT, from: 0, to: scores.length - 1, top: span };
    return toPoints(
      samples.map(({ at, value }) => ({ at, value: value - floor })),
      box,
    );
  });
}
