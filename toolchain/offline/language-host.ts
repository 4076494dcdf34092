import { type ChildProcess, spawn } from "node:child_process";
import { type ServerWritableStream, status } from "@grpc/grpc-js";
import { type ILanguageRuntimeServer, LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import {
  type AboutRequest,
  AboutResponse,
  DependencyInfo,
  type GetProgramDependenciesRequest,
  GetProgramDependenciesResponse,
  type GetRequiredPackagesRequest,
  GetRequiredPackagesResponse,
  type GetRequiredPluginsRequest,
  GetRequiredPluginsResponse,
  type InstallDependenciesRequest,
  InstallDependenciesResponse,
  type LanguageHandshakeRequest,
  LanguageHandshakeResponse,
  type ProgramInfo,
  type RunRequest,
  RunResponse,
  RuntimeOptionsResponse,
  TemplateResponse,
} from "@pulumi/pulumi/proto/language_pb";
import { PackageDependency, PluginDependency, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { messageOf } from "../../support/errors";
import { packageManagerVersion, programDependencies } from "./language/dependencies";
import { policyPackKind, type RunPluginCall, runPolicyPack } from "./language/policy-pack";
import { Program } from "./language/program";
import { requiredPackages } from "./language/required-packages";
import { type RuntimeOptions, readRuntimeOptions } from "./language/runtime-options";
import { engineAddressOf, servePlugin } from "./plugin-process";
import { decodeProperties, reveal, unknown } from "./property-value";
import { UnaryCalls } from "./unary-calls";

const notHere =
  "is not implemented by the language host that is used where Pulumi's download site cannot be reached. " +
  "Bring the official archive of the CLI (PGSTEAD_PLUGINS) to use it.";

/**
 * Runs as the engine's language host for Node.js programs, until the engine ends it.
 *
 * @param version of the engine it stands beside
 */
export async function serveLanguageHost(version: string): Promise<void> {
  const host = new LanguageHost(version, engineAddressOf(process.argv.slice(2)));
  await servePlugin({ definition: LanguageRuntimeService, implementation: host.service() }, host.engineAddress, () =>
    host.stop(),
  );
}

class LanguageHost {
  readonly #calls = new UnaryCalls();
  readonly #programs = new Set<Program>();
  readonly #policyPacks = new Set<ChildProcess>();

  constructor(
    readonly version: string,
    public engineAddress: string | undefined,
  ) {}

  async stop(): Promise<void> {
    for (const pack of this.#policyPacks) pack.kill("SIGINT");
    await Promise.all([...this.#programs].map((program) => program.stop()));
  }

  service(): ILanguageRuntimeServer {
    const calls = this.#calls;
    return {
      handshake: calls.handler((request: LanguageHandshakeRequest) => {
        this.engineAddress = request.getEngineAddress();
        return new LanguageHandshakeResponse();
      }),
      getPluginInfo: calls.handler(() => new PluginInfo().setVersion(this.version)),
      getRequiredPackages: calls.handler((request: GetRequiredPackagesRequest) =>
        new GetRequiredPackagesResponse().setPackagesList(
          requiredPackages(request.getInfo()?.getProgramDirectory() ?? process.cwd(), process.env).map((required) =>
            new PackageDependency()
              .setName(required.name)
              .setKind("resource")
              .setVersion(required.version)
              .setServer(required.server),
          ),
        ),
      ),
      getRequiredPlugins: calls.handler((request: GetRequiredPluginsRequest) =>
        new GetRequiredPluginsResponse().setPluginsList(
          requiredPackages(request.getInfo()?.getProgramDirectory() ?? process.cwd(), process.env).map((required) =>
            new PluginDependency()
              .setName(required.name)
              .setKind("resource")
              .setVersion(required.version)
              .setServer(required.server),
          ),
        ),
      ),
      run: calls.handler((request: RunRequest) => this.#run(request)),
      about: calls.handler(async (request: AboutRequest) => {
        const response = new AboutResponse().setExecutable(process.execPath).setVersion(process.version);
        const manager = optionsOf(request.getInfo()).packageManager ?? "npm";
        response.getMetadataMap().set("packagemanager", manager);
        const managerVersion = await packageManagerVersion(manager, process.env);
        if (managerVersion !== undefined) response.getMetadataMap().set("packagemanagerVersion", managerVersion);
        return response;
      }),
      getProgramDependencies: calls.handler((request: GetProgramDependenciesRequest) =>
        new GetProgramDependenciesResponse().setDependenciesList(
          programDependencies(
            request.getInfo()?.getProgramDirectory() ?? process.cwd(),
            request.getTransitivedependencies(),
          ).map(({ name, version }) => new DependencyInfo().setName(name).setVersion(version)),
        ),
      ),
      installDependencies: (call) => installDependencies(call),
      runtimeOptionsPrompts: calls.handler(() => new RuntimeOptionsResponse()),
      template: calls.handler(() => new TemplateResponse()),
      cancel: calls.handler(async () => {
        await this.stop();
        return new Empty();
      }),
      runPlugin: (call) => this.#runPlugin(call),
      generateProgram: calls.refusal(`Generating a program ${notHere}`),
      generateProject: calls.refusal(`Generating a project ${notHere}`),
      generatePackage: calls.refusal(`Generating a package ${notHere}`),
      pack: calls.refusal(`Packing ${notHere}`),
      link: calls.refusal(`Linking ${notHere}`),
    };
  }

  #runPlugin(call: RunPluginCall): void {
    if (call.request.getKind() !== policyPackKind) {
      refuse(call, "Running a plugin from its source");
      return;
    }
    try {
      const pack = runPolicyPack(call);
      this.#policyPacks.add(pack);
      pack.once("close", () => this.#policyPacks.delete(pack));
    } catch (error) {
      call.emit("error", { code: status.UNKNOWN, details: messageOf(error) });
    }
  }

  async #run(request: RunRequest): Promise<RunResponse> {
    const info = request.getInfo();
    if (request.getAttachDebugger()) return new RunResponse().setError(`Attaching a debugger ${notHere}`);
    try {
      const program = new Program(
        {
          programFolder: info?.getProgramDirectory() ?? request.getPwd(),
          rootFolder: info?.getRootDirectory() ?? "",
          entryPoint: info?.getEntryPoint() || ".",
          arguments: request.getArgsList(),
          organization: request.getOrganization(),
          project: request.getProject(),
          stack: request.getStack(),
          config: new Map(request.getConfigMap().entries() as unknown as Iterable<[string, string]>),
          secretConfigKeys: request.getConfigsecretkeysList(),
          dryRun: request.getDryrun(),
          parallel: request.getParallel(),
          monitorAddress: request.getMonitorAddress(),
          engineAddress: this.engineAddress ?? "",
        },
        optionsOf(info),
        process.env,
      );
      this.#programs.add(program);
      const { error, bail } = await program.result;
      this.#programs.delete(program);
      return new RunResponse().setError(error).setBail(bail);
    } catch (error) {
      return new RunResponse().setError(messageOf(error));
    }
  }
}

function optionsOf(info: ProgramInfo | undefined): RuntimeOptions {
  const options = reveal(decodeProperties(info?.getOptions()));
  return readRuntimeOptions(
    options !== unknown && options !== null && typeof options === "object" && !Array.isArray(options) ? options : {},
  );
}

type InstallCall = ServerWritableStream<InstallDependenciesRequest, InstallDependenciesResponse>;

function installDependencies(call: InstallCall): void {
  const folder = call.request.getInfo()?.getProgramDirectory() || call.request.getDirectory();
  const say = (text: string) => call.write(new InstallDependenciesResponse().setStdout(Buffer.from(text)));
  say("Installing dependencies...\n\n");
  // npm is a .cmd on Windows, which Node starts through a shell only; there is nothing of the user's on this line.
  const npm = spawn("npm", ["install"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  npm.stdout.on("data", (chunk: Buffer) => call.write(new InstallDependenciesResponse().setStdout(chunk)));
  npm.stderr.on("data", (chunk: Buffer) => call.write(new InstallDependenciesResponse().setStderr(chunk)));
  call.on("cancelled", () => npm.kill("SIGINT"));
  const fail = (why: string) => call.emit("error", { code: status.UNKNOWN, details: why });
  npm.once("error", (error) => fail(`npm could not be run: ${error.message}`));
  npm.once("close", (code) => {
    if (code !== 0) return fail(`'npm install' failed in ${folder}: exit code ${code}`);
    say("Finished installing dependencies\n\n");
    call.end();
  });
}

function refuse(call: { emit(event: "error", error: object): unknown }, what: string): void {
  call.emit("error", { code: status.UNIMPLEMENTED, details: `${what} ${notHere}` });
}
