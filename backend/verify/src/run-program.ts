// What the programs of this package share: arguments are read, usage is told, what fails is said in a line.

/** Reads the arguments (null: help was asked for) and runs; answers the exit code, `unfit` when they do not fit. */
export async function runProgram<Given>(
  usage: string,
  unfit: number,
  read: (args: readonly string[]) => Given | null,
  run: (given: Given) => Promise<number>,
): Promise<number> {
  let given: Given | null;
  try {
    given = read(process.argv.slice(2));
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${usage}`);
    return unfit;
  }
  if (given) return run(given);
  console.log(usage);
  return 0;
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
