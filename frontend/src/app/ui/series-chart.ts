// Several series over the same time: own SVG lines with a reading under the pointer, and the figures as a table.
import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  inject,
  input,
  signal,
} from '@angular/core';
import { clockTime, wholeNumber } from '../core/format';
import { hostWidth } from './host-width';
import { niceTop, type Box, toPoints, unbroken, xOf, yOf } from './polyline';
import { timeTicks } from './time-ticks';

export interface Series {
  name: string;
  /** One of the five tones that hold apart in both looks. */
  tone: 1 | 2 | 3 | 4 | 5;
  /** Oldest first, the same moments in every series; null where nobody knows. */
  samples: readonly { at: number; value: number | null }[];
}

const RIGHT = 6;
const TOP = 8;
const BOTTOM = 20;
const LEFT = 34;
const ROWS = 24;

@Component({
  selector: 'vt-series-chart',
  template: `
    <div class="plot">
      <svg
        [attr.viewBox]="'0 0 ' + width() + ' ' + height()"
        [style.height.px]="height()"
        role="img"
        [attr.aria-label]="summary()"
        (pointermove)="point($event)"
        (pointerleave)="pointed.set(undefined)"
      >
        <g [attr.transform]="'translate(' + left + ' ' + top + ')'">
          @for (tick of levels(); track tick.y) {
            <line
              class="grid"
              x1="0"
              [attr.x2]="box().width"
              [attr.y1]="tick.y"
              [attr.y2]="tick.y"
            />
            <text class="tick" x="-8" [attr.y]="tick.y + 4" text-anchor="end">{{ tick.text }}</text>
          }
          @for (tick of times(); track tick.anchor) {
            <text
              class="tick"
              [attr.x]="tick.x"
              [attr.y]="box().height + 15"
              [attr.text-anchor]="tick.anchor"
            >
              {{ tick.text }}
            </text>
          }
          @for (line of lines(); track line.name) {
            @for (points of line.pieces; track $index) {
              <polyline [class]="'tone-' + line.tone" [attr.points]="points" />
            }
          }
          @if (reading(); as read) {
            <line
              class="cross"
              [attr.x1]="read.x"
              [attr.x2]="read.x"
              y1="0"
              [attr.y2]="box().height"
            />
            @for (dot of read.dots; track dot.name) {
              <circle [class]="'tone-' + dot.tone" [attr.cx]="read.x" [attr.cy]="dot.y" r="3" />
            }
          }
        </g>
      </svg>
      @if (reading(); as read) {
        <div class="reading" aria-hidden="true" [style.left.px]="read.left">
          <b>{{ read.time }}</b>
          @for (value of read.values; track value.name) {
            <span><i [class]="'tone-' + value.tone"></i>{{ value.name }}</span>
            <span class="num">{{ value.text }}</span>
          }
        </div>
      }
    </div>
    <div class="foot small soft">
      @for (one of series(); track one.name) {
        <span class="nowrap"><i [class]="'tone-' + one.tone"></i>{{ one.name }}</span>
      }
      <details>
        <summary>Figures</summary>
        <div class="figures" tabindex="0" role="region" [attr.aria-label]="what() + ' as a table'">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">From</th>
                @for (one of series(); track one.name) {
                  <th scope="col" class="right">{{ one.name }}</th>
                }
              </tr>
            </thead>
            <tbody>
              @for (row of rows(); track row.at) {
                <tr>
                  <th scope="row">{{ row.time }}</th>
                  @for (value of row.values; track $index) {
                    <td class="right">{{ value }}</td>
                  }
                </tr>
              }
            </tbody>
          </table>
        </div>
      </details>
    </div>
  `,
  styleUrl: './series-chart.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SeriesChart {
  readonly series = input.required<readonly Series[]>();
  readonly what = input.required<string>();
  readonly height = input(150);

  protected readonly left = LEFT;
  protected readonly top = TOP;
  protected readonly width = hostWidth(480);
  protected readonly pointed = signal<number | undefined>(undefined);
  private readonly moments = computed(() => this.series()[0]?.samples.map(({ at }) => at) ?? []);
  private readonly most = computed(() =>
    Math.max(0, ...this.series().flatMap(({ samples }) => samples.map(({ value }) => value ?? 0))),
  );

  protected readonly box = computed<Box>(() => ({
    width: Math.max(40, this.width() - LEFT - RIGHT),
    height: this.height() - TOP - BOTTOM,
    from: this.moments()[0] ?? 0,
    to: this.moments().at(-1) ?? 1,
    top: niceTop(this.most()),
  }));
  protected readonly levels = computed(() => {
    const { top } = this.box();
    return [0, top / 2, top].map((value) => ({ y: yOf(value, this.box()), text: short(value) }));
  });
  protected readonly times = computed(() =>
    this.moments().length < 2 ? [] : timeTicks(this.box()),
  );
  protected readonly lines = computed(() =>
    this.series().map(({ name, tone, samples }) => ({
      name,
      tone,
      // A lone sample is drawn as a dot: a line to itself.
      pieces: unbroken(samples).map((piece) =>
        toPoints([...piece, ...piece.slice(-1)], this.box()),
      ),
    })),
  );
  protected readonly reading = computed(() => {
    const index = this.pointed();
    const at = index === undefined ? undefined : this.moments()[index];
    if (index === undefined || at === undefined) return undefined;
    const x = xOf(at, this.box());
    const values = this.series().map(({ name, tone, samples }) => {
      const value = samples[index]?.value ?? null;
      return { name, tone, value, text: value === null ? '–' : short(value) };
    });
    return {
      x,
      left: x > this.box().width / 2 ? Math.max(0, x + LEFT - 190) : x + LEFT + 12,
      time: clockTime(at),
      values,
      dots: values.flatMap(({ name, tone, value }) =>
        value === null ? [] : [{ name, tone, y: yOf(value, this.box()) }],
      ),
    };
  });
  /** Newest first, some of many: the highest of each stretch. */
  protected readonly rows = computed(() => {
    const step = Math.max(1, Math.ceil(this.moments().length / ROWS));
    const starts = this.moments().flatMap((at, index) =>
      index % step === 0 ? [{ at, index }] : [],
    );
    return starts.reverse().map(({ at, index }) => ({
      at,
      time: clockTime(at),
      values: this.series().map(({ samples }) => {
        const known = samples.slice(index, index + step).flatMap(({ value }) => value ?? []);
        return known.length > 0 ? short(Math.max(...known)) : '–';
      }),
    }));
  });
  protected readonly summary = computed(() => {
    const of = ({ name, samples }: Series): string => {
      const known = samples.flatMap(({ value }) => value ?? []);
      if (known.length === 0) return `${name} unknown`;
      return `${name} ${short(known.at(-1) ?? 0)}, at most ${short(Math.max(...known))}`;
    };
    return `${this.what()} since ${clockTime(this.box().from)}: ${this.series().map(of).join('; ')}`;
  });

  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;

  protected point(event: PointerEvent): void {
    const x = event.clientX - this.host.getBoundingClientRect().left - LEFT;
    const last = this.moments().length - 1;
    const index = Math.round((x / this.box().width) * last);
    this.pointed.set(Math.max(0, Math.min(last, index)));
  }
}

const short = (value: number): string =>
  value !== 0 && value < 10 && !Number.isInteger(value) ? value.toFixed(1) : wholeNumber(value);
