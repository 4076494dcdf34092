import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { version as sdkVersion } from "@pulumi/pulumi/package.json";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import {
  AboutRequest,
  type AboutResponse,
  GetProgramDependenciesRequest,
  type GetProgramDependenciesResponse,
  GetRequiredPackagesRequest,
  type GetRequiredPackagesResponse,
  InstallDependenciesRequest,
  LanguageHandshakeRequest,
  PackRequest,
  ProgramInfo,
  RunRequest,
  type RunResponse,
} from "@pulumi/pulumi/proto/language_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRuntimeOptions, splitWords } from "../../../toolchain/offline/language/runtime-options";
import { call, isAlive, type RunningPlugin, type StandIns, startPlugin, temporaryStandIns, until } from "./stand-ins";

let standIns: StandIns;
let host: RunningPlugin;
let client: LanguageRuntimeClient;
let program: string;

/** Stands where the SDK's runner does: shows what it was started with, then does what its entry point says. */
const runner = `
const entry = process.argv.at(-1);
if (entry === "show") {
  const { PULUMI_CONFIG, PULUMI_CONFIG_SECRET_KEYS, PULUMI_NODEJS_TYPESCRIPT, PULUMI_NODEJS_TSCONFIG_PATH } = process.env;
  require("node:fs").writeFileSync("shown.json", JSON.stringify({
    arguments: process.argv.slice(2), nodeArguments: process.execArgv,
    environment: { PULUMI_CONFIG, PULUMI_CONFIG_SECRET_KEYS, PULUMI_NODEJS_TYPESCRIPT, PULUMI_NODEJS_TSCONFIG_PATH },
  }));
  console.log("written to stdout");
  console.error("written to stderr");
} else if (entry === "sleep" || entry === "stubborn") {
  process.on("SIGINT", () => { if (entry === "sleep") { console.log("interrupted"); process.exit(7); } });
  require("node:fs").writeFileSync("pid", String(process.pid));
  setInterval(() => {}, 1000);
} else process.exit(Number(entry));
`;

beforeAll(async () => {
  standIns = temporaryStandIns();
  program = realpathSync(mkdtempSync(join(tmpdir(), "pgstead-program-")));
  writeFileSync(join(program, "runner.js"), runner);
  writeFileSync(join(program, "package.json"), '{"name":"program","version":"1.0.0","dependencies":{"here":"^1.0.0"}}');
  host = await startPlugin(standIns.launcher("pulumi-language-nodejs"), {
    cwd: program,
    env: { PULUMI_LANGUAGE_NODEJS_RUN_PATH: join(program, "runner.js"), PULUMI_HOME: dirname(standIns.pluginFolder) },
  });
  client = new LanguageRuntimeClient(`127.0.0.1:${host.port}`, credentials.createInsecure());
  await call(client, client.handshake, new LanguageHandshakeRequest().setEngineAddress("127.0.0.1:9"));
});
afterAll(async () => {
  client?.close();
  await host?.stop();
  standIns?.remove();
  if (program !== undefined) rmSync(program, { recursive: true, force: true });
});

function infoOf(entryPoint: string, options: Record<string, string | boolean> = {}): ProgramInfo {
  return new ProgramInfo()
    .setRootDirectory(program)
    .setProgramDirectory(program)
    .setEntryPoint(entryPoint)
    .setOptions(Struct.fromJavaScript(options));
}

function run(request: RunRequest): Promise<RunResponse> {
  return call(client, client.run, request);
}

function requestFor(entryPoint: string, options: Record<string, string | boolean> = {}): RunRequest {
  return new RunRequest().setInfo(infoOf(entryPoint, options)).setMonitorAddress("127.0.0.1:8");
}

describe("running a program", () => {
  test("it gets the engine's addresses, stack, config and options as from the official host", async () => {
    const { readFileSync } = await import("node:fs");
    const request = requestFor("show", {
      typescript: false,
      nodeargs: "--no-warnings --title 'two words'",
      tsconfig: "t.json",
    })
      .setOrganization("organization")
      .setProject("trial")
      .setStack("dev")
      .setParallel(16)
      .setDryrun(true)
      .setConfigsecretkeysList(["trial:secret"]);
    request.getConfigMap().set("trial:plain", "1").set("trial:secret", "hidden");
    const response = await run(request);
    expect([response.getError(), response.getBail()]).toEqual(["", false]);
    expect(JSON.parse(readFileSync(join(program, "shown.json"), "utf8"))).toEqual({
      nodeArguments: ["--no-warnings", "--title", "two words"],
      arguments: [
        ...[
          "--monitor",
          "127.0.0.1:8",
          "--engine",
          "127.0.0.1:9",
          "--organization",
          "organization",
          "--project",
          "trial",
        ],
        ...["--root-directory", program, "--stack", "dev", "--pwd", program, "--parallel", "16", "--dry-run", "show"],
      ],
      environment: {
        PULUMI_CONFIG: '{"trial:config:plain":"1","trial:config:secret":"hidden"}',
        PULUMI_CONFIG_SECRET_KEYS: '["trial:secret"]',
        PULUMI_NODEJS_TSCONFIG_PATH: "t.json",
      },
    });
    await until(
      "what it wrote is passed on",
      () => /written to stdout/.test(host.output()) && /written to stderr/.test(host.output()),
    );
    expect(host.output()).not.toContain("hidden");
  });

  test("exit codes: 0 is good, 32 has told the user already, any other is an error", async () => {
    expect((await run(requestFor("0"))).toObject()).toEqual({ error: "", bail: false });
    expect((await run(requestFor("32"))).toObject()).toEqual({ error: "", bail: true });
    expect((await run(requestFor("3"))).toObject()).toEqual({
      error: "Program exited with non-zero exit code: 3",
      bail: false,
    });
  });

  test("an option that is wrong, and packages that are missing, are said in one line", async () => {
    expect((await run(requestFor("0", { typescript: "yes" }))).getError()).toMatch(/'typescript' .*Pulumi\.yaml/);
    const bare = await startPlugin(standIns.launcher("pulumi-language-nodejs"), { cwd: program });
    const other = new LanguageRuntimeClient(`127.0.0.1:${bare.port}`, credentials.createInsecure());
    const response: RunResponse = await call(other, other.run, requestFor("0"));
    expect(response.getError()).toMatch(/SDK is not installed in .*npm ci/);
    other.close();
    await bare.stop();
  });

  test("a cancelled program is interrupted, and ends by itself", async () => {
    const running = run(requestFor("sleep"));
    const pid = await pidOf();
    await call(client, client.cancel, new Empty());
    expect((await running).getError()).toBe("Program exited with non-zero exit code: 7");
    expect(isAlive(pid)).toBe(false);
  });

  test("a program that does not listen is killed after five seconds", async () => {
    const running = run(requestFor("stubborn"));
    const pid = await pidOf();
    const started = Date.now();
    await call(client, client.cancel, new Empty());
    expect((await running).getError()).toBe("Program exited on signal SIGKILL");
    expect(Date.now() - started).toBeGreaterThan(4_500);
    expect(isAlive(pid)).toBe(false);
  });

  test("when the host is interrupted, its program ends with it", async () => {
    const own = await startPlugin(standIns.launcher("pulumi-language-nodejs"), {
      cwd: program,
      env: { PULUMI_LANGUAGE_NODEJS_RUN_PATH: join(program, "runner.js") },
    });
    const other = new LanguageRuntimeClient(`127.0.0.1:${own.port}`, credentials.createInsecure());
    const running = call(other, other.run, requestFor("sleep")).catch(() => {});
    const pid = await pidOf();
    await own.stop();
    other.close();
    await running;
    await until("the program has ended", () => !isAlive(pid));
  });
});

async function pidOf(): Promise<number> {
  const { existsSync, readFileSync } = await import("node:fs");
  const path = join(program, "pid");
  await until("the program runs", () => existsSync(path) && readFileSync(path, "utf8") !== "");
  const pid = Number(readFileSync(path, "utf8"));
  rmSync(path);
  return pid;
}

describe("what it knows of a program", () => {
  beforeAll(() => {
    const packages: Record<string, object> = {
      "@pulumi/random": { name: "@pulumi/random", version: "4.21.2", pulumi: { resource: true, name: "random" } },
      "@pulumi/docker": { name: "@pulumi/docker", version: "5.2.0", pulumi: { resource: true } },
      "@pulumi/pulumi": { name: "@pulumi/pulumi", version: "3.248.0" },
      "a-policy": { name: "a-policy", version: "1.0.0", pulumi: { resource: false } },
      "here/node_modules/nested": {
        name: "nested",
        version: "2.0.0",
        pulumi: { resource: true, name: "postgresql", version: "3.18.1", server: "https://plugins.invalid" },
      },
      here: { name: "here", version: "1.2.3", dependencies: { deeper: "*" } },
      deeper: { name: "deeper", version: "0.1.0" },
    };
    for (const [folder, content] of Object.entries(packages)) {
      mkdirSync(join(program, "node_modules", folder), { recursive: true });
      writeFileSync(join(program, "node_modules", folder, "package.json"), JSON.stringify(content));
    }
    mkdirSync(join(program, "node_modules", "broken"));
    writeFileSync(join(program, "node_modules", "broken", "package.json"), '{"pulumi":');
  });

  test("packages whose plugin is on this machine are required, others are left to the moment they are used", async () => {
    const response: GetRequiredPackagesResponse = await call(
      client,
      client.getRequiredPackages,
      new GetRequiredPackagesRequest().setInfo(infoOf(".")),
    );
    const packages = response.getPackagesList().map((p) => [p.getKind(), p.getName(), p.getVersion(), p.getServer()]);
    expect(packages).toEqual([
      ["resource", "random", "v4.21.2", ""],
      ["resource", "postgresql", "v3.18.1", "https://plugins.invalid"],
    ]);
  });

  test("about and dependencies tell the versions that are in use", async () => {
    const about: AboutResponse = await call(client, client.about, new AboutRequest().setInfo(infoOf(".")));
    expect([about.getExecutable(), about.getVersion()]).toEqual([process.execPath, process.version]);
    expect(about.getMetadataMap().get("packagemanager")).toBe("npm");
    const info: PluginInfo = await call(client, client.getPluginInfo, new Empty());
    expect(info.getVersion()).toBe(sdkVersion);
    const dependencies = async (transitive: boolean) => {
      const response: GetProgramDependenciesResponse = await call(
        client,
        client.getProgramDependencies,
        new GetProgramDependenciesRequest().setInfo(infoOf(".")).setTransitivedependencies(transitive),
      );
      return response.getDependenciesList().map((d) => `${d.getName()} ${d.getVersion()}`);
    };
    expect(await dependencies(false)).toEqual(["here 1.2.3"]);
    expect(await dependencies(true)).toEqual(["deeper 0.1.0", "here 1.2.3"]);
  });

  test("dependencies are installed with npm, its output passed on, its failure told", async () => {
    const install = (folder: string) =>
      new Promise<string>((done, fail) => {
        let output = "";
        const info = new ProgramInfo().setProgramDirectory(folder);
        const stream = client.installDependencies(new InstallDependenciesRequest().setInfo(info));
        stream.on("data", (part) => {
          output += Buffer.from(part.getStdout_asU8()).toString() + Buffer.from(part.getStderr_asU8()).toString();
        });
        stream.on("error", fail).on("end", () => done(output));
      });
    const folder = join(program, "to-install");
    mkdirSync(join(folder, "local"), { recursive: true });
    writeFileSync(join(folder, "local", "package.json"), '{"name":"local","version":"1.0.0"}');
    writeFileSync(
      join(folder, "package.json"),
      '{"name":"x","version":"1.0.0","dependencies":{"local":"file:./local"}}',
    );
    expect(await install(folder)).toMatch(/Installing dependencies.*added 1 package.*Finished installing/s);
    writeFileSync(join(folder, "package.json"), "not JSON");
    await expect(install(folder)).rejects.toThrow(/'npm install' failed/);
  });

  test("what is not implemented says so, and what to do", async () => {
    await expect(call(client, client.pack, new PackRequest())).rejects.toThrow(
      /Packing is not implemented.*PGSTEAD_PLUGINS/,
    );
  });
});

describe("runtime options", () => {
  test("words are split as a shell splits them", () => {
    expect(splitWords("")).toEqual([]);
    expect(splitWords(`  --import tsx "a b"'c d' e\\ f --x="q\\"r" `)).toEqual([
      "--import",
      "tsx",
      "a bc d",
      "e f",
      '--x=q"r',
    ]);
    expect(() => splitWords('--title "open')).toThrow(/quote/);
  });

  test("TypeScript is on unless it is turned off", () => {
    expect(readRuntimeOptions({})).toMatchObject({ typescript: true, nodeArguments: [] });
    expect(() => readRuntimeOptions({ nodeargs: 5 })).toThrow(/'nodeargs'/);
  });
});
