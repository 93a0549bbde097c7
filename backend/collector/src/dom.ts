// Listens to a document, passively, and hands on what happened without saying which key or what text.
import { classCode, keyClass, positionCode, textNumber } from './key-class';
import type { InputEvent } from './recorder';

/** Marks a field whose text is known to everybody (a typing exercise, a fixed phrase). */
const NAME = 'data-verity-fixed-text';
const FIXED_TEXT = `[${NAME}]`;

/** Calls `sink` for every input event of a person until the returned function is called. */
export function observe(page: Document, sink: (event: InputEvent) => void): () => void {
  const view = page.defaultView ?? window;
  const listening = new AbortController();
  const scrolledTo = new WeakMap<EventTarget, { x: number; y: number }>();
  scrolledTo.set(page, { x: view.scrollX, y: view.scrollY });

  function on<E extends Event>(target: EventTarget, type: string, handler: (event: E) => void) {
    const listener = (event: Event): void => {
      // What a script dispatches says nothing about a person.
      if (event.isTrusted) handler(event as E);
    };
    target.addEventListener(type, listener, {
      capture: true,
      passive: true,
      signal: listening.signal,
    });
  }

  on<KeyboardEvent>(view, 'keydown', (event) => {
    // Filling in by the browser looks like a key without a code.
    if (typeof event.code !== 'string') return;
    const { timeStamp: at, repeat } = event;
    sink({ kind: 'key_down', at, key: keyName(event), code: keyCode(event), repeat });
  });
  on<KeyboardEvent>(view, 'keyup', (event) => {
    if (typeof event.code !== 'string') return;
    sink({ kind: 'key_up', at: event.timeStamp, key: keyName(event) });
  });

  on<PointerEvent>(view, 'pointermove', (event) => {
    if (event.pointerType === 'touch') return;
    sink({ kind: 'move', at: event.timeStamp, x: event.clientX, y: event.clientY });
  });
  on<PointerEvent>(view, 'pointerdown', (event) => {
    if (event.pointerType === 'touch') return;
    const { timeStamp: at, clientX: x, clientY: y, button } = event;
    sink({ kind: 'button_down', at, x, y, button });
  });
  on<PointerEvent>(view, 'pointerup', (event) => {
    if (event.pointerType === 'touch') return;
    sink({ kind: 'button_up', at: event.timeStamp, button: event.button });
  });

  const touch = (type: string, phase: 0 | 1 | 2): void =>
    on<TouchEvent>(view, type, (event) => {
      for (const { clientX: x, clientY: y } of event.changedTouches) {
        sink({ kind: 'touch', at: event.timeStamp, x, y, phase });
      }
    });
  touch('touchstart', 0);
  touch('touchmove', 1);
  touch('touchend', 2);
  touch('touchcancel', 2);

  on(view, 'scroll', (event) => {
    const target = event.target;
    if (!target) return;
    const to =
      target instanceof view.Element
        ? { x: target.scrollLeft, y: target.scrollTop }
        : { x: view.scrollX, y: view.scrollY };
    const from = scrolledTo.get(target) ?? to;
    scrolledTo.set(target, to);
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    if (dx !== 0 || dy !== 0) sink({ kind: 'scroll', at: event.timeStamp, dx, dy });
  });

  const focus = (type: string, gained: boolean): void =>
    on(view, type, (event) => {
      // Focus moving between fields of the page is not a change of attention.
      if (event.target === view) sink({ kind: 'focus', at: event.timeStamp, gained });
    });
  focus('focus', true);
  focus('blur', false);

  return () => listening.abort();
}

/** Calls `leave` whenever the page may be about to go for good. */
export function onLeave(page: Document, leave: () => void): () => void {
  const view = page.defaultView ?? window;
  const listening = new AbortController();
  const { signal } = listening;
  view.addEventListener('pagehide', leave, { signal });
  page.addEventListener(
    'visibilitychange',
    () => {
      if (page.visibilityState === 'hidden') leave();
    },
    { signal },
  );
  return () => listening.abort();
}

/** Pairs a press with its release; on-screen keyboards know no code, so theirs share one name. */
const keyName = (event: KeyboardEvent): string => event.code || 'unknown';

function keyCode(event: KeyboardEvent): number {
  const field = event.composedPath()[0];
  if (!(field instanceof Element)) return classCode(keyClass(event.code));
  const marked = field.closest(FIXED_TEXT);
  if (marked) return positionCode(caretOf(field), textNumber(marked.getAttribute(NAME) ?? ''));
  // Even the classes of a password's characters would narrow it down.
  const secret = field instanceof HTMLInputElement && field.type === 'password';
  return classCode(secret ? 'other' : keyClass(event.code));
}

function caretOf(field: Element): number {
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
    // Fields such as type=email do not tell their caret: it is taken to be at the end.
    return field.selectionStart ?? field.value.length;
  }
  return field.ownerDocument.getSelection()?.anchorOffset ?? 0;
}
