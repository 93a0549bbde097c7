// The way from a leaf to the root, step by step: which sibling joins on which side, and what it stands for (RFC 9162, 2.1.3.2).
export interface ProofStep {
  /** Where the sibling stands: left of what is known, or right of it. */
  side: 'left' | 'right';
  /** Of the sibling, in lower-case hex. */
  sibling: string;
  /** The entries below the sibling: the first, and the one behind the last. */
  from: number;
  to: number;
}

/** Undefined when the path is too short or too long for this place and size. */
export function proofSteps(
  index: number,
  size: number,
  path: readonly string[],
): ProofStep[] | undefined {
  if (!(index >= 0 && index < size)) return undefined;
  const steps: ProofStep[] = [];
  let [place, last, width] = [index, size - 1, 1];
  const up = (): void => {
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
    width *= 2;
  };
  for (const sibling of path) {
    if (last === 0) return undefined;
    // A node without a sibling on the right goes up unchanged.
    while (place === last && place % 2 === 0) up();
    const left = place % 2 === 1;
    const from = (left ? place - 1 : place + 1) * width;
    const side = left ? 'left' : 'right';
    steps.push({ side, sibling, from, to: Math.min(from + width, size) });
    up();
  }
  return last === 0 ? steps : undefined;
}

/** What each step comes to, the last of them the root, in hex; computed here, so that nobody has to be believed. */
export async function foldPath(leafHash: string, steps: readonly ProofStep[]): Promise<string[]> {
  const nodes: string[] = [];
  let node = leafHash;
  for (const { side, sibling } of steps) {
    const pair = side === 'left' ? sibling + node : node + sibling;
    node = hex(await crypto.subtle.digest('SHA-256', bytesOf(`01${pair}`)));
    nodes.push(node);
  }
  return nodes;
}

/** Browsers keep their hash from pages that came over plain HTTP from another machine. */
export const canFold = (): boolean => globalThis.crypto?.subtle !== undefined;

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

const hex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
