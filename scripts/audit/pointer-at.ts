// Which member of a canonical JSON text a byte belongs to.

/** The JSON Pointer of the innermost member or item that a byte of the text is in; its name belongs to it. */
export function pointerAt(text: Uint8Array, byte: number): string {
  const whole = Buffer.from(text).toString();
  const offset = Buffer.from(text.subarray(0, byte)).toString().length;
  const within: { name: string | number; list: boolean }[] = [];
  let name: string | null = null;
  for (let at = 0; at < whole.length;) {
    const letter = whole[at];
    let end = at + 1;
    if (letter === '"') {
      end = at + (/"(?:[^"\\]|\\.)*"/sy.exec(whole.slice(at))?.[0].length ?? 1);
      const top = within.at(-1);
      if (top && !top.list && name === null) {
        name = JSON.parse(whole.slice(at, end)) as string;
        top.name = name;
      }
    }
    if (offset >= at && offset < end) break;
    if (letter === '{') within.push({ name: '', list: false });
    if (letter === '[') within.push({ name: 0, list: true });
    if (letter === '{' || letter === ',') name = null;
    if (letter === '}' || letter === ']') within.pop();
    const top = within.at(-1);
    if (letter === ',' && top?.list) top.name = Number(top.name) + 1;
    at = end;
  }
  return within
    .map((one) => `/${String(one.name).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}
