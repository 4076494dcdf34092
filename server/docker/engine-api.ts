/**
 * The few questions and orders that a running container needs, over Docker Engine's own HTTP API (docs.docker.com/reference/api/engine): on its
 * socket, at a TCP address, or on another machine over ssh, as `docker -H ssh://` does it. No docker command line is needed here.
 */
import { spawn } from "node:child_process";
import { type ClientRequestArgs, request } from "node:http";
import type { Duplex } from "node:stream";
import { messageOf, UserError } from "../../support/errors";
import { streamOf } from "./child-stream";
import { readTarFile, type TarFile, writeTar } from "./tar";

const apiVersion = "v1.41";
const defaultHost = "unix:///var/run/docker.sock";

export interface ContainerState {
  running: boolean;
  status: string;
  exitCode: number;
  restarts: number;
}

export class DockerEngine {
  /** @param host as DOCKER_HOST: unix:///path, tcp://host:port or ssh://user@host; empty for DOCKER_HOST or the usual socket */
  constructor(private readonly host: string) {}

  get address(): string {
    return this.host || process.env.DOCKER_HOST || defaultHost;
  }

  /** What the Docker host has. */
  async machine(): Promise<{ memoryBytes: number; cpus: number }> {
    const { MemTotal, NCPU } = await this.json("GET", "/info");
    return { memoryBytes: MemTotal, cpus: NCPU };
  }

  /** An image's id and its environment variables by name; undefined when there is no such image. */
  async image(name: string): Promise<{ id: string; environment: Record<string, string> } | undefined> {
    const found = await this.find(`/images/${encodeURIComponent(name)}/json`);
    if (found === undefined) return undefined;
    const lines: string[] = found.Config?.Env ?? [];
    const environment = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    return { id: found.Id, environment };
  }

  /** Undefined when there is no such container (any more). */
  async state(container: string): Promise<ContainerState | undefined> {
    const found = await this.find(`/containers/${encodeURIComponent(container)}/json`);
    if (found === undefined) return undefined;
    const { State, RestartCount } = found;
    return { running: State.Running, status: State.Status, exitCode: State.ExitCode, restarts: RestartCount };
  }

  /** Starts a container that is stopped, or never came up. @throws UserError with Docker's reason, such as a port that is taken */
  async start(container: string): Promise<void> {
    const { status, body } = await this.send("POST", `/containers/${encodeURIComponent(container)}/start`);
    if (status >= 400)
      throw new UserError(
        `The container ${container.slice(0, 12)} does not start: ${reasonIn(body)}.`,
        "Mend that (for a port that is taken: free it, or set pgstead:port), then run `pulumi up` again. The data is untouched.",
      );
  }

  /** Stops the container as its image and arguments say, within the seconds, and starts it. */
  async restart(container: string, seconds: number): Promise<void> {
    await this.call("POST", `/containers/${encodeURIComponent(container)}/restart?t=${seconds}`);
  }

  /** The last lines that the server wrote. */
  async log(container: string, lines = 30): Promise<string> {
    const body = await this.call(
      "GET",
      `/containers/${encodeURIComponent(container)}/logs?stdout=1&stderr=1&tail=${lines}`,
    );
    return withoutFrames(body);
  }

  /** A file of the container; undefined when it is not there. */
  async readFile(container: string, path: string): Promise<TarFile | undefined> {
    const url = `/containers/${encodeURIComponent(container)}/archive?path=${encodeURIComponent(path)}`;
    const { status, body } = await this.send("GET", url);
    if (status === 404 && !/no such container/i.test(body.toString())) return undefined;
    if (status >= 300) throw this.refused("GET", url, status, body);
    return readTarFile(body);
  }

  /** Puts files into a folder of the container. */
  async writeFiles(container: string, folder: string, files: TarFile[]): Promise<void> {
    const url = `/containers/${encodeURIComponent(container)}/archive?path=${encodeURIComponent(folder)}`;
    await this.call("PUT", url, writeTar(files), "application/x-tar");
  }

  /** Runs a program in the container. */
  async run(container: string, command: string[], user: string): Promise<{ code: number; output: string }> {
    const { Id } = await this.json("POST", `/containers/${encodeURIComponent(container)}/exec`, {
      Cmd: command,
      User: user,
      AttachStdout: true,
      AttachStderr: true,
    });
    const output = await this.call("POST", `/exec/${Id}/start`, Buffer.from('{"Detach":false,"Tty":false}'));
    const { ExitCode } = await this.json("GET", `/exec/${Id}/json`);
    return { code: ExitCode, output: withoutFrames(output) };
  }

  // biome-ignore lint/suspicious/noExplicitAny: the API's answers are read where their form is known
  private async json(method: string, path: string, body?: unknown): Promise<any> {
    const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return JSON.parse((await this.call(method, path, sent)).toString());
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  private async find(path: string): Promise<any> {
    const { status, body } = await this.send("GET", path);
    if (status === 404) return undefined;
    if (status >= 300) throw this.refused("GET", path, status, body);
    return JSON.parse(body.toString());
  }

  private async call(method: string, path: string, body?: Buffer, type?: string): Promise<Buffer> {
    const answer = await this.send(method, path, body, type);
    if (answer.status >= 300) throw this.refused(method, path, answer.status, answer.body);
    return answer.body;
  }

  private refused(method: string, path: string, status: number, body: Buffer): UserError {
    return new UserError(
      `Docker (${this.address}) refuses ${method} ${path.split("?")[0]}: ${reasonIn(body)} (${status}).`,
      "Look at the container with `docker ps -a` and `docker logs`, then run `pulumi up` again.",
    );
  }

  private send(
    method: string,
    path: string,
    body?: Buffer,
    type = "application/json",
  ): Promise<{ status: number; body: Buffer }> {
    const headers = {
      Host: "docker",
      ...(body === undefined ? {} : { "Content-Type": type, "Content-Length": body.length }),
    };
    return new Promise((settle, fail) => {
      const reached = request({ method, path: `/${apiVersion}${path}`, headers, ...this.connection() }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => settle({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks) }));
        answer.on("error", fail);
      });
      reached.on("error", (error) =>
        fail(
          new UserError(
            `Docker cannot be reached at ${this.address}: ${messageOf(error)}.`,
            "Check that Docker runs there, that you may use it, and pgstead:dockerHost.",
            { cause: error },
          ),
        ),
      );
      reached.end(body);
    });
  }

  private connection(): ClientRequestArgs {
    const url = new URL(this.address);
    if (url.protocol === "unix:") return { socketPath: decodeURIComponent(url.pathname) };
    if (url.protocol === "tcp:" || url.protocol === "http:")
      return { host: url.hostname, port: url.port === "" ? 2375 : url.port };
    if (url.protocol === "ssh:") return { createConnection: () => overSsh(url) as never };
    throw new UserError(
      `'${this.address}' is no address of Docker.`,
      "Write it as unix:///path, tcp://host:port or ssh://user@host.",
    );
  }
}

function reasonIn(answer: Buffer): string {
  const text = answer.toString().trim();
  try {
    return JSON.parse(text).message;
  } catch {
    // Not every answer is JSON.
    return text;
  }
}

/** The API's stream over the remote machine's docker command, as Docker's own client opens it. */
function overSsh(url: URL): Duplex {
  const to = url.username === "" ? url.hostname : `${decodeURIComponent(url.username)}@${url.hostname}`;
  const port = url.port === "" ? [] : ["-p", url.port];
  const args = [...port, "-o", "BatchMode=yes", "--", to, "docker", "system", "dial-stdio"];
  return streamOf(spawn("ssh", args), `ssh ${to}`);
}

/** Output of a container comes in frames: a byte for the stream, three zeros, four bytes of length. */
function withoutFrames(body: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= body.length; ) {
    if ((body[at] ?? 9) > 2 || body.readUIntBE(at + 1, 3) !== 0) return body.toString();
    const length = body.readUInt32BE(at + 4);
    parts.push(body.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(parts).toString();
}
