// A risk band as sign, number and word: never by colour alone.
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { scoreText } from '../core/format';
import type { Band } from '../core/wire';
import { BAND_ORDER, BAND_WORDS } from './risk-band';

@Component({
  selector: 'vt-band',
  template: `
    <svg viewBox="0 0 14 12" aria-hidden="true">
      @for (bar of bars; track bar) {
        <rect
          [attr.x]="bar * 3.6"
          [attr.y]="9 - bar * 3"
          width="2.6"
          [attr.height]="3 + bar * 3"
          rx="0.8"
          [class.off]="bar > level()"
        />
      }
    </svg>
    @if (score() !== undefined) {
      <b>{{ text() }}</b>
    }
    <span [class.sr-only]="!word()">{{ words[band()] }}</span>
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 6px;
      white-space: nowrap;
      color: var(--tone);
      font-size: var(--text-s);
      font-weight: 550;
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
    svg {
      width: 14px;
      height: 12px;
      fill: currentcolor;
    }
    .off {
      opacity: 0.22;
    }
    b {
      min-width: 2.2ch;
      text-align: right;
      font-weight: 650;
    }
  `,
  host: { '[class]': 'band()' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class BandBadge {
  readonly band = input.required<Band>();
  readonly score = input<number>();
  readonly word = input(true);
  protected readonly bars = [0, 1, 2, 3];
  protected readonly words = BAND_WORDS;
  protected readonly level = computed(() => BAND_ORDER.indexOf(this.band()));
  protected readonly text = computed(() => scoreText(this.score() ?? 0));
}
