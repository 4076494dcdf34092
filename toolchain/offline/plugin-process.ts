import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";

/** One gRPC service and what answers its calls. */
export interface Service {
  definition: ServiceDefinition;
  implementation: UntypedServiceImplementation;
}

/** As much as Pulumi itself allows for one message (its rpcutil package). */
const messageLimit = 400 * 1024 * 1024;
const parentCheckMilliseconds = 500;
const engineCheckMilliseconds = 15_000;
/** The engine kills what has not ended five seconds after its interrupt. */
const lastCallsMilliseconds = 4_000;

/**
 * Serves as a Pulumi plugin: gRPC on a free port of 127.0.0.1, the port alone on the first line of stdout. The process
 * ends when the engine interrupts it or is gone, so that nothing is ever left running.
 *
 * @param engineAddress host:port of the engine's own server, asked now and then whether it still lives
 * @param lastCalls awaited before the process ends: calls that are still at work, programs to be stopped
 */
export async function servePlugin(
  service: Service,
  engineAddress: string | undefined,
  lastCalls: () => Promise<unknown>,
): Promise<void> {
  const server = new Server({
    "grpc.max_receive_message_length": messageLimit,
    "grpc.max_send_message_length": messageLimit,
  });
  server.addService(service.definition, service.implementation);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );

  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(0), lastCallsMilliseconds).unref();
    void lastCalls().finally(() => process.exit(0));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  // Where the engine was killed, nobody reads what is written any more: that must not be an error of its own.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", end);
  whenParentIsGone(end);
  if (engineAddress !== undefined) whenEngineIsGone(engineAddress, end);

  process.stdout.write(`${port}\n`);
}

function whenParentIsGone(then: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) then();
  }, parentCheckMilliseconds);
}

/** Windows does not tell of a parent's end, and a debugger may stand between: so the engine is asked as well. */
function whenEngineIsGone(address: string, then: () => void): void {
  const engine = new Client(address, credentials.createInsecure());
  const nothing = () => Buffer.alloc(0);
  setInterval(() => {
    const deadline = Date.now() + engineCheckMilliseconds;
    engine.makeUnaryRequest(
      "/grpc.health.v1.Health/Check",
      nothing,
      nothing,
      {},
      new Metadata(),
      { deadline },
      (error) => {
        // Any answer is a sign of life, also "no such service".
        if (error?.code === status.UNAVAILABLE) then();
      },
    );
  }, engineCheckMilliseconds).unref();
}

/** The engine's address among a plugin's arguments: the last one, after the logging flags. */
export function engineAddressOf(argv: readonly string[]): string | undefined {
  const last = argv.at(-1);
  return last === undefined || last.startsWith("-") ? undefined : last;
}
