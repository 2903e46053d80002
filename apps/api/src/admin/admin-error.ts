/** What the operator can mend: its message is the one sentence that is shown. */
export class AdminError extends Error {
  /** @param exitCode 1: refused; 2: the command line is wrong */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
    this.name = 'AdminError';
  }
}
