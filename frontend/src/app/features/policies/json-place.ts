// Where in a JSON text a pointer points to, so that a finding is shown at its line.

/** The line (from 1) of the value at a JSON Pointer (RFC 6901), or of the last part of it that is there. */
export function lineOf(text: string, pointer: string): number {
  const wanted = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const path: { key: string; list: boolean }[] = [];
  let deepest = { depth: -1, at: 0 };
  let key: string | undefined;

  const arrive = (at: number): void => {
    const here = path.map((step) => step.key);
    if (here.length > wanted.length || here.some((step, i) => step !== wanted[i])) return;
    if (here.length > deepest.depth) deepest = { depth: here.length, at };
  };

  for (const token of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    const [word] = token;
    const top = path.at(-1);
    if (word === '{' || word === '[') {
      arrive(token.index);
      path.push({ key: word === '[' ? '0' : '', list: word === '[' });
    } else if (word === '}' || word === ']') {
      path.pop();
    } else if (word === ',') {
      if (top?.list) top.key = String(Number(top.key) + 1);
    } else if (word === ':') {
      if (top && key !== undefined) top.key = key;
    } else {
      const isKey =
        top && !top.list && text.slice(token.index + word.length).trimStart()[0] === ':';
      if (isKey) key = word.slice(1, -1);
      else arrive(token.index);
    }
  }
  return text.slice(0, deepest.at).split('\n').length;
}
