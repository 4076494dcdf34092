/** Stand-ins made in a temporary folder, and a client that speaks to one of them as the engine does. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Client, credentials } from "@grpc/grpc-js";
import { version as postgresqlVersion } from "@pulumi/postgresql/package.json";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  CheckRequest,
  type CheckResponse,
  ConfigureRequest,
  CreateRequest,
  type CreateResponse,
  DeleteRequest,
  DiffRequest,
  type DiffResponse,
  PropertyDiff,
  ReadRequest,
  type ReadResponse,
  UpdateRequest,
  type UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { version as randomVersion } from "@pulumi/random/package.json";
import { installStandIns } from "../../../toolchain/offline/install";
import { decodeProperties, encodeProperties, type PropertyMap } from "../../../toolchain/offline/property-value";

export const projectRoot = resolve(__dirname, "../../..");

export interface StandIns {
  folder: string;
  binFolder: string;
  pluginFolder: string;
  launcher(name: string): string;
  remove(): void;
}

/** Installs all stand-ins into a new temporary folder. */
export function temporaryStandIns(): StandIns {
  const folder = mkdtempSync(join(tmpdir(), "pgstead-stand-ins-"));
  const binFolder = join(folder, "bin");
  const pluginFolder = join(folder, "home", "plugins");
  installStandIns({ projectRoot, binFolder, pluginFolder });
  const folders: Record<string, string> = {
    "pulumi-resource-random": join(pluginFolder, `resource-random-v${randomVersion}`),
    "pulumi-resource-postgresql": join(pluginFolder, `resource-postgresql-v${postgresqlVersion}`),
  };
  return {
    folder,
    binFolder,
    pluginFolder,
    launcher: (name) => join(folders[name] ?? binFolder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A plugin process that has said its port. */
export interface RunningPlugin {
  process: ChildProcess;
  port: number;
  /** Everything it wrote after the port. */
  output(): string;
  /** Resolves with the exit code when it has ended. */
  ended: Promise<number | null>;
  stop(): Promise<void>;
}

export async function startPlugin(
  command: string,
  options: { arguments?: string[]; cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<RunningPlugin> {
  const child = spawn(command, options.arguments ?? [], {
    cwd: options.cwd ?? projectRoot,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
  let output = "";
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const port = await new Promise<number>((done, fail) => {
    let first = "";
    child.stdout.on("data", (chunk) => {
      first += chunk;
      const line = first.indexOf("\n");
      if (line < 0) return;
      if (output === "" && first.length > line + 1) output += first.slice(line + 1);
      done(Number(first.slice(0, line)));
      child.stdout.removeAllListeners("data").on("data", (more) => {
        output += more;
      });
    });
    void ended.then((code) => fail(new Error(`${command} ended with ${code} before it said its port: ${output}`)));
  });
  return {
    process: child,
    port,
    output: () => output,
    ended,
    async stop() {
      child.kill("SIGINT");
      await ended;
    },
  };
}

type Unary<Request, Response> = (
  request: Request,
  callback: (error: Error | null, response: Response) => void,
) => unknown;

/** Calls one method of a client. */
export function call<Request, Response>(
  client: Client,
  method: Unary<Request, Response>,
  request: Request,
): Promise<Response> {
  return new Promise((done, fail) =>
    method.call(client, request, (error, response) => (error === null ? done(response) : fail(error))),
  );
}

export interface Changes {
  changed: boolean;
  replaces: string[];
  deleteBeforeReplace: boolean;
  detail: Record<string, string>;
}

/** A provider's process, and its methods with plain values. */
export class ProviderUnderTest {
  readonly client: ResourceProviderClient;

  private constructor(
    readonly plugin: RunningPlugin,
    readonly types: Record<string, string>,
  ) {
    this.client = new ResourceProviderClient(`127.0.0.1:${plugin.port}`, credentials.createInsecure());
  }

  static async start(
    command: string,
    types: Record<string, string>,
    configuration: PropertyMap,
  ): Promise<ProviderUnderTest> {
    const provider = new ProviderUnderTest(await startPlugin(command), types);
    await call(
      provider.client,
      provider.client.configure,
      new ConfigureRequest().setArgs(encodeProperties(configuration)),
    );
    return provider;
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.plugin.stop();
  }

  urn(type: string): string {
    return `urn:pulumi:test::trial::${this.types[type] ?? type}::it`;
  }

  async check(type: string, news: PropertyMap, olds: PropertyMap = {}) {
    const request = new CheckRequest()
      .setUrn(this.urn(type))
      .setName("it")
      .setOlds(encodeProperties(olds))
      .setNews(encodeProperties(news))
      .setRandomseed(Buffer.from("the engine's seed"));
    const response: CheckResponse = await call(this.client, this.client.check, request);
    return {
      inputs: decodeProperties(response.getInputs()),
      failures: Object.fromEntries(response.getFailuresList().map((f) => [f.getProperty(), f.getReason()])),
    };
  }

  async diff(type: string, outputs: PropertyMap, news: PropertyMap, ignored: string[] = []): Promise<Changes> {
    const request = new DiffRequest()
      .setUrn(this.urn(type))
      .setId("id")
      .setOlds(encodeProperties(outputs))
      .setNews(encodeProperties(news))
      .setIgnorechangesList(ignored);
    const response: DiffResponse = await call(this.client, this.client.diff, request);
    const kinds = Object.entries(PropertyDiff.Kind);
    const detail: Record<string, string> = {};
    response.getDetaileddiffMap().forEach((value, key) => {
      detail[key] = kinds.find(([, kind]) => kind === value.getKind())?.[0] ?? "";
    });
    return {
      changed: response.getChanges() === 2,
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
      detail,
    };
  }

  async create(type: string, inputs: PropertyMap, preview = false) {
    const request = new CreateRequest()
      .setUrn(this.urn(type))
      .setProperties(encodeProperties(inputs))
      .setPreview(preview);
    const response: CreateResponse = await call(this.client, this.client.create, request);
    return { id: response.getId(), outputs: decodeProperties(response.getProperties()) };
  }

  /** Checks and creates, as the engine does. */
  async make(type: string, news: PropertyMap) {
    const { inputs, failures } = await this.check(type, news);
    if (Object.keys(failures).length > 0) throw new Error(JSON.stringify(failures));
    return { inputs, ...(await this.create(type, inputs)) };
  }

  async read(type: string, id: string, outputs: PropertyMap = {}, inputs: PropertyMap = {}) {
    const request = new ReadRequest()
      .setUrn(this.urn(type))
      .setId(id)
      .setProperties(encodeProperties(outputs))
      .setInputs(encodeProperties(inputs));
    const response: ReadResponse = await call(this.client, this.client.read, request);
    return {
      id: response.getId(),
      outputs: decodeProperties(response.getProperties()),
      inputs: decodeProperties(response.getInputs()),
    };
  }

  async update(type: string, id: string, outputs: PropertyMap, oldInputs: PropertyMap, news: PropertyMap) {
    const request = new UpdateRequest()
      .setUrn(this.urn(type))
      .setId(id)
      .setOlds(encodeProperties(outputs))
      .setOldInputs(encodeProperties(oldInputs))
      .setNews(encodeProperties(news));
    const response: UpdateResponse = await call(this.client, this.client.update, request);
    return { outputs: decodeProperties(response.getProperties()) };
  }

  async delete(type: string, id: string, outputs: PropertyMap): Promise<void> {
    const request = new DeleteRequest()
      .setUrn(this.urn(type))
      .setId(id)
      .setProperties(encodeProperties(outputs))
      .setOldInputs(encodeProperties({}));
    await call(this.client, this.client.delete, request);
  }
}

/** Waits until something is so, and says what was awaited when it never is. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 15): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; !(await holds()); ) {
    if (Date.now() > deadline) throw new Error(`In ${seconds} seconds it did not happen that ${what}.`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Whether a process with this id runs (and is not merely waiting for its parent to notice its end). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
