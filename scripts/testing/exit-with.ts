// Ends with the exit code that it is given: `exit-with.ts CODE`, for the spec of run.mjs.

const code = Number(process.argv[2]);
if (Number.isInteger(code)) process.exit(code);
throw new Error(`not an exit code: ${process.argv[2]}`);
