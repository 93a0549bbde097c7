// A risk band as sign, number and word: never by colour alone. Null is what has not been scored yet.
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
    @if (text(); as text) {
      <b>{{ text }}</b>
    }
    <span [class.sr-only]="!word()">{{ name() }}</span>
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 6px;
      white-space: nowrap;
      color: var(--tone, var(--ink-faint));
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
  host: { '[class]': "band() ?? ''" },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class BandBadge {
  readonly band = input.required<Band | null>();
  readonly score = input<number | null>();
  readonly word = input(true);
  protected readonly bars = [0, 1, 2, 3];
  /** The bars up to it are lit; none is without a band. */
  protected readonly level = computed(() => {
    const band = this.band();
    return band ? BAND_ORDER.indexOf(band) : -1;
  });
  protected readonly name = computed(() => {
    const band = this.band();
    return band ? BAND_WORDS[band] : 'No score yet';
  });
  protected readonly text = computed(() => {
    const score = this.score();
    if (typeof score === 'number') return scoreText(score);
    return this.band() || this.word() ? '' : '–';
  });
}
