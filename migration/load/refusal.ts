/** What the server refuses for good, told from what may go another time. */
import { DatabaseError } from "pg";

/**
 * SQLSTATE classes that are no answer to what was asked: a lost connection, a transaction's state, a deadlock, too little memory or disk, a lock, an operator, the
 * system, an error of PostgreSQL's own (postgresql.org/docs/16/errcodes-appendix.html).
 */
const passing = /^(08|25|40|53|55|57|58|XX)/;

/** Whether PostgreSQL cannot do what it was asked, and would say so again: only then is something left behind. */
export function isRefusal(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && !passing.test(error.code ?? "");
}
