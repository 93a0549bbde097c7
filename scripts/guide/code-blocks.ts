// The code blocks of a guide, in the order in which a reader meets them.

export interface CodeBlock {
  /** `sh`, `js` …; empty when the guide names none. */
  language: string;
  text: string;
  /** Counted from 1, of the first line inside. */
  line: number;
}

export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { language: string; line: number; lines: string[] } | undefined;
  markdown.split('\n').forEach((text, index) => {
    if (!open) {
      const language = /^```(\S*)$/.exec(text)?.[1];
      if (language !== undefined) open = { language, line: index + 2, lines: [] };
    } else if (text === '```') {
      blocks.push({ language: open.language, text: open.lines.join('\n'), line: open.line });
      open = undefined;
    } else open.lines.push(text);
  });
  if (open) throw new Error(`the code block at line ${open.line - 1} is not closed`);
  return blocks;
}
