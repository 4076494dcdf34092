import { spawn } from "node:child_process";
import { request } from "node:http";
import { streamOf } from "../../../server/docker/child-stream";

/** An answer of the engine that says no. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(`Error response from daemon: ${message}`);
  }
}

/**
 * Docker Engine's API, over the docker command's own connection to the host: a socket, TCP or ssh, as the official plugin reaches it.
 */
export class Engine {
  private constructor(private readonly host: string) {}

  /** The engine at this address, once it has answered: the official plugin asks as soon as it is configured. */
  static async at(host: string): Promise<Engine> {
    const engine = new Engine(host);
    await engine.send("GET", "/_ping", undefined, "").catch((error) => {
      throw new Error(`Error pinging Docker server: ${error.message}`);
    });
    return engine;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the API's answers are read where their form is known
  async json(method: string, path: string, body?: object): Promise<any> {
    const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const text = (await this.send(method, path, sent, "application/json")).toString();
    return text === "" ? undefined : JSON.parse(text);
  }

  /** What is asked for, or undefined where it is not there. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async find(path: string): Promise<any> {
    try {
      return await this.json("GET", path);
    } catch (error) {
      if (error instanceof Refusal && error.status === 404) return undefined;
      throw error;
    }
  }

  send(method: string, path: string, body: Buffer | undefined, type: string): Promise<Buffer> {
    const headers = {
      Host: "docker",
      ...(body === undefined ? {} : { "Content-Type": type, "Content-Length": body.length }),
    };
    const createConnection = () =>
      streamOf(spawn("docker", ["-H", this.host, "system", "dial-stdio"]), "docker") as never;
    return new Promise<Buffer>((settle, fail) => {
      const sent = request({ method, path: `/v1.41${path}`, headers, createConnection }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", fail);
        answer.on("end", () => {
          const content = Buffer.concat(chunks);
          if ((answer.statusCode ?? 0) < 300) settle(content);
          else fail(new Refusal(answer.statusCode ?? 0, messageIn(content.toString())));
        });
      });
      sent.on("error", fail);
      sent.end(body);
    });
  }
}

function messageIn(answer: string): string {
  try {
    return JSON.parse(answer).message;
  } catch {
    return answer;
  }
}
