import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** The Docker host of the tests at a TCP address, as a remote one is reached; it can be away for a while. */
export class DockerProxy {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private away = false;

  constructor(target = process.env.DOCKER_HOST || "unix:///var/run/docker.sock") {
    const url = new URL(target);
    const to = url.protocol === "unix:" ? { path: url.pathname } : { host: url.hostname, port: Number(url.port) };
    this.server = createServer({ allowHalfOpen: true }, (here) => {
      if (this.away) return void here.destroy();
      const there = connect({ ...to, allowHalfOpen: true });
      for (const socket of [here, there]) {
        this.sockets.add(socket);
        socket.on("error", () => [here, there].map((one) => one.destroy()));
        socket.on("close", () => this.sockets.delete(socket));
      }
      here.pipe(there).pipe(here);
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((settle) => this.server.listen(0, "127.0.0.1", settle));
  }

  get url(): string {
    return `tcp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  pause(): void {
    this.away = true;
  }

  resume(): void {
    this.away = false;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}
