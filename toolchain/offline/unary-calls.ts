import { type handleUnaryCall, type Metadata, type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";
import { messageOf, UserError } from "../../support/errors";

/** An error with a gRPC status code of its own, and what goes with it. */
export class CallError extends Error {
  constructor(
    readonly code: status,
    message: string,
    readonly metadata?: Metadata,
  ) {
    super(message);
  }
}

/** Turns async functions into gRPC handlers, and knows which calls are still at work. */
export class UnaryCalls {
  readonly #atWork = new Set<Promise<unknown>>();

  handler<Request, Response>(
    answer: (request: Request) => Response | Promise<Response>,
  ): handleUnaryCall<Request, Response> {
    return (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>) => {
      const work = Promise.resolve(call.request)
        .then(answer)
        .then(
          (response) => reply(null, response),
          (error) => reply({ code: codeOf(error), message: messageOf(error), ...metadataOf(error) }),
        );
      this.#atWork.add(work);
      void work.finally(() => this.#atWork.delete(work));
    };
  }

  /** A handler that says that this method is not there, and why. */
  refusal<Request, Response>(why: string): handleUnaryCall<Request, Response> {
    return (_call, reply) => reply({ code: status.UNIMPLEMENTED, message: why });
  }

  /** Resolves when no call is at work. */
  async idle(): Promise<void> {
    while (this.#atWork.size > 0) await Promise.allSettled(this.#atWork);
  }
}

/** The engine takes UNKNOWN to mean that nobody knows what became of the resource; a user's error is well understood. */
function codeOf(error: unknown): status {
  if (error instanceof CallError) return error.code;
  return error instanceof UserError ? status.FAILED_PRECONDITION : status.UNKNOWN;
}

function metadataOf(error: unknown): { metadata?: Metadata } {
  return error instanceof CallError && error.metadata !== undefined ? { metadata: error.metadata } : {};
}
