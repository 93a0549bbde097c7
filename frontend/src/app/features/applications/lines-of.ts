// What a person wrote one a line: trimmed, without empty lines.

export const linesOf = (text: string): string[] =>
  text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line.length > 0);
