/** The language host's stand-in runs a policy pack: the project's own, asked as the engine asks it. */
import { join } from "node:path";
import { type ClientReadableStream, credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzeRequest,
  type AnalyzeResponse,
  type AnalyzerInfo,
  AnalyzerResourceOptions,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import { ProgramInfo, RunPluginRequest, type RunPluginResponse } from "@pulumi/pulumi/proto/language_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StackFacts } from "../../../stack/facts";
import { call, projectRoot, type RunningPlugin, type StandIns, startPlugin, temporaryStandIns } from "./stand-ins";

let standIns: StandIns;
let host: RunningPlugin;
let client: LanguageRuntimeClient;
let pack: ClientReadableStream<RunPluginResponse>;
let analyzer: AnalyzerClient;

beforeAll(async () => {
  standIns = temporaryStandIns();
  host = await startPlugin(standIns.launcher("pulumi-language-nodejs"));
  client = new LanguageRuntimeClient(`127.0.0.1:${host.port}`, credentials.createInsecure());
  pack = run("analyzer");
  const port = await new Promise<string>((settle, fail) => {
    let errors = "";
    pack.on("data", (part: RunPluginResponse) => {
      if (part.hasStdout()) settle(Buffer.from(part.getStdout_asU8()).toString().trim());
      errors += Buffer.from(part.getStderr_asU8()).toString();
      if (part.hasExitcode()) fail(new Error(errors));
    });
    pack.on("error", fail);
  });
  analyzer = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
}, 60_000);

afterAll(async () => {
  analyzer?.close();
  client?.close();
  await host?.stop();
  standIns?.remove();
});

function run(kind: string): ClientReadableStream<RunPluginResponse> {
  const info = new ProgramInfo().setProgramDirectory(join(projectRoot, "policies")).setEntryPoint(".");
  const request = new RunPluginRequest().setInfo(info).setKind(kind).setArgsList(["127.0.0.1:9"]);
  return client.runPlugin(request);
}

const good: StackFacts = {
  protected: true,
  listensOn: "127.0.0.1",
  reaches: "",
  tlsMode: "disable",
  backups: "provider",
  archives: false,
  maxSecretAge: "90d",
  plainSecrets: [],
};

async function violations(facts: Partial<StackFacts>, type = "pgstead:server:DockerServer"): Promise<string[]> {
  const request = new AnalyzeRequest()
    .setType(type)
    .setUrn(`urn:pulumi:prod::pgstead::${type}::postgres`)
    .setName("postgres")
    .setProperties(Struct.fromJavaScript({ ...good, ...facts }));
  const response: AnalyzeResponse = await call(
    analyzer,
    analyzer.analyze,
    request.setOptions(new AnalyzerResourceOptions()),
  );
  return response.getDiagnosticsList().map((d) => d.getPolicyname());
}

describe("the policy pack", () => {
  test("tells the engine its rules", async () => {
    const info: AnalyzerInfo = await call(analyzer, analyzer.getAnalyzerInfo, new Empty());
    expect(info.getName()).toBe("pgstead");
    expect(info.getPoliciesList().map((p) => p.getName())).toEqual([
      "no-plaintext-secret",
      "no-listening-without-tls",
      "password-age",
      "backups",
    ]);
  });

  test("lets a good stack pass, and judges nothing but the server's component", async () => {
    expect(await violations({})).toEqual([]);
    expect(await violations({ plainSecrets: ["pgstead:token"] }, "random:index/randomPassword:RandomPassword")).toEqual(
      [],
    );
  });

  test.each<[string, Partial<StackFacts>]>([
    ["no-plaintext-secret", { plainSecrets: ["pgstead:token"] }],
    ["no-listening-without-tls", { listensOn: "0.0.0.0" }],
    ["no-listening-without-tls", { listensOn: "", reaches: "db.example.com" }],
    ["password-age", { maxSecretAge: "" }],
    ["backups", { backups: "none" }],
  ])("finds what breaks %s", async (rule, facts) => {
    expect(await violations(facts)).toEqual([rule]);
  });
});

test("another kind of plugin is refused, with what to do", async () => {
  await expect(
    new Promise((_, fail) =>
      run("resource")
        .on("data", () => {})
        .on("error", fail),
    ),
  ).rejects.toThrow(/Running a plugin from its source is not implemented.*PGSTEAD_PLUGINS/);
});

test("the pack ends when the engine takes its call back", async () => {
  const other = run("analyzer");
  other.on("error", () => {});
  const port = await new Promise<string>((settle) =>
    other.on("data", (part: RunPluginResponse) => settle(Buffer.from(part.getStdout_asU8()).toString().trim())),
  );
  const asked = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
  await call(asked, asked.getAnalyzerInfo, new Empty());
  other.cancel();
  await expect
    .poll(
      () =>
        call(asked, asked.getAnalyzerInfo, new Empty()).then(
          () => "answers",
          () => "gone",
        ),
      { timeout: 10_000 },
    )
    .toBe("gone");
  asked.close();
});
