// A simulated person at keyboard and mouse, for the demo: timings drawn from a model fitted to real typing.
import type { InputEvent } from '@verity/collector/recorder';
import { clamp, normalDraw, type SeededRandom } from '@verity/domain/kernel/maths';

/** Mean and standard deviation of ln ms. */
export type LogNormal = [mean: number, deviation: number];

export interface TypistParameters {
  id: string;
  /** Chances of the next key's class by the class before: a row and a column per class code. */
  next: number[][];
  /** Hold by class code. */
  hold: LogNormal[];
  /** Press to press by pair of classes: from code * classes + to; null where the person had too few: `downOther` then. */
  down: (LogNormal | null)[];
  downOther: LogNormal;
  /** Chance that the person stops to think before a key, and for how long. */
  thinks: number;
  thinking: LogNormal;
  /** Autocorrelation of ln press to press from key to key. */
  memory: number;
  /** Standard deviation, from sitting to sitting, of ln hold and of ln press to press. */
  drift: { hold: number; down: number };
  mouse: MouseParameters;
}

export interface MouseParameters {
  /** Time of a stroke (Fitts 1954): from + slope * log2(distance / 40 px + 1), ms. */
  from: number;
  slope: number;
  /** Sideways bow of a stroke as a share of its length, and trembling in px. */
  bow: number;
  tremor: number;
  pause: LogNormal;
  click: LogNormal;
  /** Chance that a stroke ends in a click. */
  clicks: number;
}

export interface Habits {
  /** Seconds of typing between two spells at the mouse, and of a spell at the mouse; means. */
  typingSeconds: number;
  mouseSeconds: number;
}

/** Of a mouse at 125 Hz. */
const FRAME_MS = 8;
const VIEWPORT = { width: 1280, height: 720 };
const LONGEST_HOLD_MS = 1500;
const LONGEST_GAP_MS = 1950;
const SPACE = 3;

/**
 * Input without end in the order of time, `at` in ms from the beginning: spells of typing, then of moving the mouse. One
 * iterator is one sitting, with its own drift from the person's average. It repeats with its seed.
 */
export function* makeTypist(
  person: TypistParameters,
  random: SeededRandom,
  habits: Habits = { typingSeconds: 20, mouseSeconds: 4 },
): Generator<InputEvent, never, void> {
  const hands = new Hands(person, random);
  let waiting: InputEvent[] = [];
  for (let spell = 0; ; spell++) {
    const mean = spell % 2 === 0 ? habits.typingSeconds : habits.mouseSeconds;
    const end = hands.at + mean * 1000 * (0.5 + random());
    while (hands.at < end) waiting.push(...(spell % 2 === 0 ? hands.key() : hands.stroke()));
    // The hand travels between keyboard and mouse.
    hands.at += 350 + 300 * random();
    waiting.sort((a, b) => a.at - b.at);
    const later = waiting.findIndex(({ at }) => at >= hands.at);
    const due = later < 0 ? waiting.length : later;
    yield* waiting.slice(0, due);
    waiting = waiting.slice(due);
  }
}

/** Makes one key or one stroke after the other. `at` is how far the sitting has come, in ms. */
class Hands {
  at = 0;
  readonly #person: TypistParameters;
  readonly #random: SeededRandom;
  readonly #drift: { hold: number; down: number };
  #class = SPACE;
  #keys = 0;
  #echo = 0;
  #place = { x: VIEWPORT.width / 2, y: VIEWPORT.height / 2 };

  constructor(person: TypistParameters, random: SeededRandom) {
    this.#person = person;
    this.#random = random;
    this.#drift = {
      hold: person.drift.hold * this.#normal(),
      down: person.drift.down * this.#normal(),
    };
  }

  key(): InputEvent[] {
    const person = this.#person;
    const before = this.#class;
    const code = this.#nextClass();
    this.#class = code;
    const [mean, deviation] = person.down[before * person.next.length + code] ?? person.downOther;
    this.#echo = person.memory * this.#echo + Math.sqrt(1 - person.memory ** 2) * this.#normal();
    this.at +=
      this.#random() < person.thinks
        ? clamp(this.#draw(person.thinking), LONGEST_GAP_MS, 12_000)
        : clamp(Math.exp(mean + this.#drift.down + deviation * this.#echo), 15, LONGEST_GAP_MS);
    const held = this.#draw(person.hold[code] as LogNormal, this.#drift.hold);
    const key = `key-${this.#keys++}`;
    return [
      { kind: 'key_down', at: this.at, key, code, repeat: false },
      { kind: 'key_up', at: this.at + clamp(held, 15, LONGEST_HOLD_MS), key },
    ];
  }

  stroke(): InputEvent[] {
    const { from, slope, bow, tremor, pause, click, clicks } = this.#person.mouse;
    const start = this.#place;
    const end = {
      x: 40 + this.#random() * (VIEWPORT.width - 80),
      y: 40 + this.#random() * (VIEWPORT.height - 80),
    };
    const [dx, dy] = [end.x - start.x, end.y - start.y];
    const distance = Math.hypot(dx, dy);
    const duration =
      (from + slope * Math.log2(distance / 40 + 1)) * Math.exp(0.15 * this.#normal());
    const sideways = bow * this.#normal();
    const events: InputEvent[] = [];
    for (let t = FRAME_MS; t < duration + FRAME_MS; t += FRAME_MS) {
      const share = Math.min(1, t / duration);
      // Minimum jerk (Flash and Hogan 1985).
      const way = share ** 3 * (10 - 15 * share + 6 * share ** 2);
      const side = sideways * Math.sin(Math.PI * way);
      events.push({
        kind: 'move',
        at: this.at + t + this.#random(),
        x: Math.round(start.x + dx * way - dy * side + tremor * this.#normal()),
        y: Math.round(start.y + dy * way + dx * side + tremor * this.#normal()),
      });
    }
    this.#place = end;
    this.at += duration + FRAME_MS;
    if (this.#random() < clicks) {
      const at = this.at + 60;
      this.at = at + clamp(this.#draw(click), 20, 290);
      events.push({
        kind: 'button_down',
        at,
        x: Math.round(end.x),
        y: Math.round(end.y),
        button: 0,
      });
      events.push({ kind: 'button_up', at: this.at, button: 0 });
    }
    this.at += clamp(this.#draw(pause), 60, 4000);
    return events;
  }

  #nextClass(): number {
    let left = this.#random();
    const row = this.#person.next[this.#class] ?? [];
    for (let code = 0; code < row.length; code++) {
      left -= row[code] as number;
      if (left < 0) return code;
    }
    return SPACE;
  }

  /** Without the tails that no hand has. */
  #normal(): number {
    return clamp(normalDraw(this.#random), -2.5, 2.5);
  }

  #draw([mean, deviation]: LogNormal, shift = 0): number {
    return Math.exp(mean + shift + deviation * this.#normal());
  }
}
