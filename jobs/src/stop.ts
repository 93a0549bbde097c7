// The end of a run before its time: asked for once, with a reason. The signal is made when a handler looks at it.

export class Stop {
  #controller: AbortController | undefined;
  #reason: Error | undefined;
  #listener: ((reason: Error) => void) | undefined;

  /** Undefined while nobody has asked. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  /** The first reason stays. */
  ask(reason: Error): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.#listener?.(reason);
  }

  /** Told once, at once when it was asked for already. One listener at a time. */
  onAsked(listener: (reason: Error) => void): void {
    this.#listener = listener;
    if (this.#reason) listener(this.#reason);
  }
}
