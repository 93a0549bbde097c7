// Keys of people that were asked for lately, held by the one who writes the log: nobody else destroys any meanwhile.
import type { PersonKeys } from './ports';

/** Some MiB of memory at most. */
const MOST = 20_000;

type Keys = Pick<PersonKeys, 'of' | 'destroy'>;

/** Only for as long as the log is open for writing: another writer may have destroyed keys before, and after. */
export class HeldKeys implements Keys {
  /** The one that was asked for longest ago comes first. */
  readonly #held = new Map<string, Uint8Array>();

  constructor(
    private readonly keys: Keys,
    private readonly most = MOST,
  ) {}

  async of(persons: readonly string[]): Promise<Map<string, Uint8Array>> {
    const missing = persons.filter((person) => !this.#held.has(person));
    const fetched =
      missing.length > 0 ? await this.keys.of(missing) : new Map<string, Uint8Array>();
    const found = new Map<string, Uint8Array>();
    for (const person of persons) {
      const key = fetched.get(person) ?? this.#held.get(person);
      if (!key) continue;
      found.set(person, key);
      this.#held.delete(person);
      this.#held.set(person, key);
    }
    for (const person of this.#held.keys()) {
      if (this.#held.size <= this.most) break;
      this.#held.delete(person);
    }
    return found;
  }

  async destroy(person: string): Promise<void> {
    this.#held.delete(person);
    await this.keys.destroy(person);
  }
}
