import { type ChildProcess, spawn } from "node:child_process";
import type { ServerWritableStream } from "@grpc/grpc-js";
import { type RunPluginRequest, RunPluginResponse } from "@pulumi/pulumi/proto/language_pb";
import { locate } from "./program";

export type RunPluginCall = ServerWritableStream<RunPluginRequest, RunPluginResponse>;

/** The kind under which the engine asks for a policy pack. */
export const policyPackKind = "analyzer";

/**
 * Runs a policy pack (CrossGuard) in its own folder by the SDK's own runner, as the official host does, with the engine's address before the folder.
 * The first line that it writes is its port, for the engine. It ends when the engine takes its call back.
 *
 * @returns its process @throws UserError where the SDK is not installed
 */
export function runPolicyPack(call: RunPluginCall): ChildProcess {
  const folder = call.request.getInfo()?.getProgramDirectory() ?? call.request.getPwd();
  const runner = locate("@pulumi/pulumi/cmd/run-policy-pack", folder);
  const given = call.request.getEnvList().map((entry): [string, string] => {
    const end = entry.indexOf("=");
    return [entry.slice(0, end), entry.slice(end + 1)];
  });
  const child = spawn(process.execPath, [runner, ...call.request.getArgsList(), folder], {
    cwd: folder,
    env: { ...process.env, ...Object.fromEntries(given) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.on("data", (chunk: Buffer) => call.write(new RunPluginResponse().setStdout(chunk)));
  child.stderr.on("data", (chunk: Buffer) => call.write(new RunPluginResponse().setStderr(chunk)));
  call.on("cancelled", () => child.kill("SIGINT"));
  child.once("close", (code) => {
    call.write(new RunPluginResponse().setExitcode(code ?? 1));
    call.end();
  });
  return child;
}
