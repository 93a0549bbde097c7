// One reading after the other with a pause between them, until it is stopped.

/** Answers what stops it; a reading that is under way then is the last. `read` never rejects. */
export function again(read: () => Promise<void>, everyMs: number): () => void {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout>;
  const next = (): void => {
    timer = setTimeout(() => {
      void read().then(() => {
        if (!stopped) next();
      });
    }, everyMs);
  };
  next();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
