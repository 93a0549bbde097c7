// A score on the scale from 0 to 100 with its four bands: large number, word, and where it stands.
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { scoreText } from '../core/format';
import type { Band } from '../core/wire';
import { BAND_ORDER, BAND_WORDS, FLOORS } from './risk-band';

@Component({
  selector: 'vt-risk-scale',
  template: `
    <div class="figure" [class]="band()">
      <span class="score">{{ text() }}</span>
      <span class="word">{{ words[band()] }} risk</span>
    </div>
    <div
      class="track"
      role="img"
      [attr.aria-label]="'Risk ' + text() + ' of 100, ' + words[band()]"
    >
      @for (segment of segments; track segment.band) {
        <span
          [class]="segment.band"
          [class.here]="segment.band === band()"
          [style.flex-grow]="segment.size"
        ></span>
      }
      <i [style.left.%]="score()"></i>
    </div>
    <div class="ticks" aria-hidden="true">
      @for (segment of segments; track segment.band) {
        <span [style.flex-grow]="segment.size">{{ segment.floor }}</span>
      }
    </div>
  `,
  styles: `
    :host {
      display: block;
    }
    .figure {
      display: flex;
      align-items: baseline;
      gap: 12px;
      margin-bottom: 14px;
    }
    .score {
      font-size: 3.5rem;
      font-weight: 620;
      letter-spacing: -0.04em;
      line-height: 1;
    }
    .word {
      color: var(--tone);
      font-size: var(--text-l);
      font-weight: 600;
    }
    .low {
      --tone: var(--low);
    }
    .medium {
      --tone: var(--medium);
    }
    .high {
      --tone: var(--high);
    }
    .critical {
      --tone: var(--critical);
    }
    .track {
      position: relative;
      display: flex;
      gap: 2px;
      height: 8px;
    }
    .track span {
      flex-basis: 0;
      border-radius: 3px;
      background: color-mix(in srgb, var(--tone) 26%, var(--sunken));
    }
    .track span.here {
      background: var(--tone);
    }
    i {
      position: absolute;
      top: -4px;
      width: 4px;
      height: 16px;
      margin-left: -2px;
      border-radius: 2px;
      background: var(--ink);
      box-shadow: 0 0 0 2px var(--surface);
      transition: left 400ms ease-out;
    }
    .ticks {
      display: flex;
      gap: 2px;
      margin-top: 6px;
      color: var(--ink-faint);
      font-size: var(--text-xs);
    }
    .ticks span {
      flex-basis: 0;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RiskScale {
  readonly score = input.required<number>();
  readonly band = input.required<Band>();
  protected readonly words = BAND_WORDS;
  protected readonly text = computed(() => scoreText(this.score()));
  protected readonly segments = BAND_ORDER.map((band, index) => {
    const next = BAND_ORDER[index + 1];
    return { band, floor: FLOORS[band], size: (next ? FLOORS[next] : 100) - FLOORS[band] };
  });
}
