import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

interface Stored {
  type: string;
  bytes: Buffer;
}

/**
 * A registry on 127.0.0.1, which Docker takes without TLS: as much of the distribution specification (opencontainers/distribution-spec) as
 * `docker push` and a pull by digest need.
 */
export class DockerRegistry {
  private readonly content = new Map<string, Stored>();
  private readonly uploads = new Map<string, Buffer>();
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const url = new URL(request.url ?? "", "http://registry");
        const type = request.headers["content-type"] ?? "";
        const answer = this.answer(request.method ?? "", url, { type, bytes: Buffer.concat(chunks) });
        response.writeHead(answer.status, { "Content-Length": answer.body?.length ?? 0, ...answer.headers });
        response.end(request.method === "HEAD" ? undefined : answer.body);
      });
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((settle) => this.server.listen(0, "127.0.0.1", settle));
    this.address = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Such as 127.0.0.1:40001. */
  address = "";

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(
    method: string,
    url: URL,
    sent: Stored,
  ): { status: number; headers?: Record<string, string>; body?: Buffer } {
    const [, , repository, kind = "", name = "", upload = ""] =
      /^\/v2\/((.+?)\/(blobs|manifests)\/([^/]+)\/?(.*))?$/.exec(url.pathname) ?? [];
    if (repository === undefined) return { status: 200 };
    if (method === "GET" || method === "HEAD") {
      const found = this.content.get(`${repository} ${name}`);
      if (found === undefined) return { status: 404 };
      const headers = { "Content-Type": found.type, "Docker-Content-Digest": digestOf(found.bytes) };
      return { status: 200, headers: { ...headers, "Content-Length": String(found.bytes.length) }, body: found.bytes };
    }
    if (kind === "manifests") {
      const digest = this.keep(repository, sent);
      this.content.set(`${repository} ${name}`, sent);
      return { status: 201, headers: { "Docker-Content-Digest": digest } };
    }
    const id = method === "POST" ? String(this.uploads.size) : upload;
    const whole = Buffer.concat([this.uploads.get(id) ?? Buffer.alloc(0), sent.bytes]);
    this.uploads.set(id, whole);
    const location = `/v2/${repository}/blobs/uploads/${id}`;
    if (method !== "PUT") return { status: 202, headers: { Location: location, Range: `0-${whole.length - 1}` } };
    const digest = this.keep(repository, { type: "application/octet-stream", bytes: whole });
    return { status: 201, headers: { Location: location, "Docker-Content-Digest": digest } };
  }

  private keep(repository: string, stored: Stored): string {
    const digest = digestOf(stored.bytes);
    this.content.set(`${repository} ${digest}`, stored);
    return digest;
  }
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
