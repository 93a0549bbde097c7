// The own rhythm drawn live on a canvas: each keystroke a bar as long as the key was held, pointer speed as a line beneath.
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  type ElementRef,
  effect,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { Preferences } from '../core/preferences';
import { type MeasuredBatch, Telemetry } from '../core/telemetry';

const SPAN_MS = 30_000;
const LONGEST_HOLD_MS = 300;
const FASTEST_PX_PER_MS = 4;
const HEIGHT = 96;

interface Press {
  at: number;
  holdMs: number;
}

interface Speed {
  at: number;
  pxPerMs: number;
}

@Component({
  selector: 'vt-rhythm',
  template: `
    <canvas
      #canvas
      role="img"
      aria-label="The last 30 seconds of your typing and movement"
    ></canvas>
    @if (!seen()) {
      <p class="small faint">Type or move: bars are keys held, the line is pointer speed.</p>
    }
  `,
  styles: `
    :host {
      position: relative;
      display: block;
      height: 96px;
      border-radius: var(--radius-s);
      background: var(--sunken);
      overflow: hidden;
    }
    canvas {
      display: block;
      width: 100%;
      height: 96px;
    }
    p {
      position: absolute;
      inset: 0;
      display: grid;
      place-items: center;
      padding: 0 16px;
      text-align: center;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Rhythm {
  protected readonly seen = signal(false);
  private readonly canvas = viewChild.required<ElementRef<HTMLCanvasElement>>('canvas');
  private presses: Press[] = [];
  private speeds: Speed[] = [];
  private frame = 0;
  private colors = { press: '', speed: '', line: '' };

  constructor() {
    const telemetry = inject(Telemetry);
    const preferences = inject(Preferences);
    const stopWatching = telemetry.watch((batch) => this.take(batch));
    effect(() => {
      preferences.theme();
      // Tokens have their new value once the root's attribute is set.
      requestAnimationFrame(() => this.readColors());
    });
    const timer = setInterval(
      () => this.schedule(),
      matchMedia('(prefers-reduced-motion: reduce)').matches ? 1_000 : 50,
    );
    inject(DestroyRef).onDestroy(() => {
      stopWatching();
      clearInterval(timer);
      cancelAnimationFrame(this.frame);
    });
  }

  private take(batch: MeasuredBatch): void {
    // A batch arrives when its second is over.
    const begin = performance.now() - 1_000;
    for (const [, pressMs, holdMs] of batch.keystrokes) {
      this.presses.push({ at: begin + pressMs, holdMs });
    }
    batch.mouseMovements.forEach(([ms, x, y], index, all) => {
      const before = all[index - 1];
      if (!before || ms <= before[0]) return;
      const pxPerMs = Math.hypot(x - before[1], y - before[2]) / (ms - before[0]);
      this.speeds.push({ at: begin + ms, pxPerMs });
    });
    const oldest = performance.now() - SPAN_MS;
    this.presses = this.presses.filter(({ at }) => at > oldest);
    this.speeds = this.speeds.filter(({ at }) => at > oldest);
    this.seen.set(this.presses.length + this.speeds.length > 0);
  }

  private schedule(): void {
    if (document.hidden || this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  private readColors(): void {
    const canvas = this.canvas().nativeElement;
    const read = (token: string) => {
      canvas.style.color = `var(${token})`;
      return getComputedStyle(canvas).color;
    };
    this.colors = { press: read('--accent'), speed: read('--low'), line: read('--line') };
  }

  private draw(): void {
    const canvas = this.canvas().nativeElement;
    const width = canvas.clientWidth;
    const scale = devicePixelRatio;
    if (canvas.width !== width * scale) {
      canvas.width = width * scale;
      canvas.height = HEIGHT * scale;
    }
    const pen = canvas.getContext('2d');
    if (!pen) return;
    const now = performance.now();
    const xAt = (at: number) => width - ((now - at) / SPAN_MS) * width;
    const floor = HEIGHT - 30;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, HEIGHT);
    pen.fillStyle = this.colors.line;
    pen.fillRect(0, floor, width, 1);
    pen.fillStyle = this.colors.press;
    for (const { at, holdMs } of this.presses) {
      const height = 4 + (Math.min(holdMs, LONGEST_HOLD_MS) / LONGEST_HOLD_MS) * (floor - 10);
      pen.fillRect(xAt(at), floor - height, 2.5, height);
    }
    pen.strokeStyle = this.colors.speed;
    pen.lineWidth = 1.5;
    pen.beginPath();
    let before = -Infinity;
    for (const { at, pxPerMs } of this.speeds) {
      const y = HEIGHT - 4 - (Math.min(pxPerMs, FASTEST_PX_PER_MS) / FASTEST_PX_PER_MS) * 22;
      if (at - before > 250) pen.moveTo(xAt(at), y);
      else pen.lineTo(xAt(at), y);
      before = at;
    }
    pen.stroke();
  }
}
