// The other people that ship with Verity: the world of typing, a cloud of their windows, and how detectors are joined.
import { readBackground, type QuantisedBackground } from './background';
import type { TypingBackground, TypingFusion } from './typing-model';
import { TYPING_DATA } from './typing-background-data';
import { readWorld, type PackedWorld } from './typing-world';

/** As it is committed. */
export interface PackedTyping {
  source: string;
  /** Fingerprints of the people in it, so that a measure never judges them: see `fingerprint`. */
  people: readonly string[];
  world: PackedWorld;
  cloud: QuantisedBackground;
  fusion: TypingFusion;
}

export const readTypingBackground = (packed: PackedTyping): TypingBackground => ({
  world: readWorld(packed.world),
  cloud: readBackground(packed.cloud),
  fusion: packed.fusion,
});

let shipped: TypingBackground | undefined;

/** Where it comes from is said in docs/models/behaviour.md. */
export const shippedTyping = (): TypingBackground =>
  (shipped ??= readTypingBackground(TYPING_DATA));
