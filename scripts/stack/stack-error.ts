// An error of the stack that the user can mend: what is wrong, and the fix.

export class StackError extends Error {
  constructor(
    readonly detail: string,
    readonly fix: string,
    options?: ErrorOptions,
  ) {
    super(`${detail}\nFix: ${fix}`, options);
    this.name = 'StackError';
  }
}
