// The course of risk over time: own SVG line over the four bands, with marks for decisions and a reading under the pointer.
import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  inject,
  input,
  signal,
} from '@angular/core';
import { clockTime, scoreText } from '../core/format';
import { hostWidth } from './host-width';
import { type Box, type Sample, thin, toPoints, xOf, yOf } from './polyline';
import { BAND_ORDER, BAND_WORDS, FLOORS, bandOf } from './risk-band';
import { timeTicks } from './time-ticks';

export interface CourseMark {
  at: number;
  label: string;
  tone: string;
}

const MOST_POINTS = 400;
const LEFT = 26;
const RIGHT = 6;
const TOP = 6;
const BOTTOM = 20;

@Component({
  selector: 'vt-risk-course',
  template: `
    <svg
      [attr.viewBox]="'0 0 ' + width() + ' ' + height()"
      role="img"
      [attr.aria-label]="summary()"
      (pointermove)="point($event)"
      (pointerleave)="pointed.set(undefined)"
    >
      <g [attr.transform]="'translate(' + left + ' ' + top + ')'">
        @for (band of bands(); track band.name) {
          <rect
            [class]="'wash ' + band.name"
            x="0"
            [attr.y]="band.y"
            [attr.width]="box().width"
            [attr.height]="band.height"
          />
          <text class="tick" x="-8" [attr.y]="band.y + band.height + 4" text-anchor="end">
            {{ band.floor }}
          </text>
        }
        @for (tick of times(); track tick.x) {
          <text
            class="tick"
            [attr.x]="tick.x"
            [attr.y]="box().height + 15"
            [attr.text-anchor]="tick.anchor"
          >
            {{ tick.text }}
          </text>
        }
        @if (second().length > 1) {
          <polyline class="second" [attr.points]="secondLine()" />
        }
        <polyline class="line" [attr.points]="line()" />
        @for (mark of placed(); track mark.at) {
          <g [class]="'mark ' + mark.tone">
            <line [attr.x1]="mark.x" [attr.x2]="mark.x" y1="0" [attr.y2]="box().height" />
            <circle [attr.cx]="mark.x" cy="0" r="4">
              <title>{{ mark.label }}</title>
            </circle>
          </g>
        }
        @if (last(); as dot) {
          <circle [class]="'dot ' + dot.band" [attr.cx]="dot.x" [attr.cy]="dot.y" r="3.5" />
        }
        @if (pointed(); as read) {
          <line
            class="cross"
            [attr.x1]="read.x"
            [attr.x2]="read.x"
            y1="0"
            [attr.y2]="box().height"
          />
          <circle class="cross-dot" [attr.cx]="read.x" [attr.cy]="read.y" r="3.5" />
        }
      </g>
    </svg>
    @if (pointed(); as read) {
      <div class="reading" aria-hidden="true" [style.left.px]="read.left">{{ read.text }}</div>
    }
  `,
  styleUrl: './risk-course.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RiskCourse {
  readonly samples = input.required<readonly Sample[]>();
  /** A quieter line behind, e.g. the highest beside the mean. */
  readonly second = input<readonly Sample[]>([]);
  readonly marks = input<readonly CourseMark[]>([]);
  readonly height = input(180);
  readonly what = input('Risk');

  protected readonly left = LEFT;
  protected readonly top = TOP;
  protected readonly width = hostWidth(600);
  protected readonly pointed = signal<
    { x: number; y: number; left: number; text: string } | undefined
  >(undefined);

  protected readonly box = computed<Box>(() => {
    const all = [...this.samples(), ...this.second()].map(({ at }) => at);
    const to = Math.max(...all, ...this.marks().map(({ at }) => at));
    const from = Math.min(...all);
    return {
      width: Math.max(40, this.width() - LEFT - RIGHT),
      height: this.height() - TOP - BOTTOM,
      from: all.length ? from : 0,
      to: all.length ? to : 1,
      top: 100,
    };
  });
  protected readonly line = computed(() => toPoints(thin(this.samples(), MOST_POINTS), this.box()));
  protected readonly secondLine = computed(() =>
    toPoints(thin(this.second(), MOST_POINTS), this.box()),
  );
  protected readonly bands = computed(() =>
    BAND_ORDER.map((name, index) => {
      const next = BAND_ORDER[index + 1];
      const y = yOf(next ? FLOORS[next] : 100, this.box());
      return { name, floor: FLOORS[name], y, height: yOf(FLOORS[name], this.box()) - y };
    }),
  );
  protected readonly times = computed(() => (this.samples().length ? timeTicks(this.box()) : []));
  protected readonly placed = computed(() =>
    this.marks()
      .filter(({ at }) => at >= this.box().from)
      .map((mark) => ({ ...mark, x: xOf(mark.at, this.box()) })),
  );
  protected readonly last = computed(() => {
    const sample = this.samples().at(-1);
    return sample && { ...this.place(sample), band: bandOf(sample.value) };
  });
  protected readonly summary = computed(() => {
    const values = this.samples().map(({ value }) => value);
    const now = values.at(-1);
    if (now === undefined) return `${this.what()}: nothing measured yet`;
    const [low, high] = [Math.min(...values), Math.max(...values)].map(scoreText);
    return `${this.what()} now ${scoreText(now)}, between ${low} and ${high} since ${clockTime(this.box().from)}`;
  });

  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;

  protected point(event: PointerEvent): void {
    const x = event.clientX - this.host.getBoundingClientRect().left - LEFT;
    const { from, to, width } = this.box();
    const at = from + (x / width) * (to - from);
    const nearest = this.samples().reduce<Sample | undefined>(
      (best, one) => (best && Math.abs(best.at - at) <= Math.abs(one.at - at) ? best : one),
      undefined,
    );
    if (!nearest) return;
    const spot = this.place(nearest);
    const word = BAND_WORDS[bandOf(nearest.value)].toLowerCase();
    this.pointed.set({
      ...spot,
      left: Math.min(width - 90, Math.max(0, spot.x - 50)) + LEFT,
      text: `${clockTime(nearest.at)}  ${scoreText(nearest.value)} ${word}`,
    });
  }

  private place({ at, value }: Sample): { x: number; y: number } {
    return { x: xOf(at, this.box()), y: yOf(value, this.box()) };
  }
}
