/**
 * An error the user can act on. It is shown without a stack: what happened and to which object, then what to do next.
 *
 * @example new UserError("Port 5434 on 127.0.0.1 is taken by another program.", "Stop it, or set pgstead:port to a free one.")
 */
export class UserError extends Error {
  override readonly name = "UserError";

  /**
   * @param what what happened, and to which object
   * @param next what the user can do about it
   * @param options `cause`: the error underneath, for logs
   */
  constructor(
    readonly what: string,
    readonly next: string,
    options?: { cause?: unknown },
  ) {
    super(`${what} ${next}`, options);
  }
}

/** The text of anything thrown, without a stack. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
