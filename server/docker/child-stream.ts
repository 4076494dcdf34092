import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { Duplex } from "node:stream";

/**
 * What a child reads and writes as one stream, as if it were a socket. Node's own Duplex.from takes it for an error when the child ends while its
 * input is still open, which is how a server closes a connection.
 *
 * @param title what the child is called in an error, which has its last words
 */
export function streamOf(child: ChildProcessWithoutNullStreams, title: string): Duplex {
  const stream = new Duplex({
    read: () => void child.stdout.resume(),
    write: (chunk, encoding, done) => void child.stdin.write(chunk, encoding, () => done()),
    final: (done) => void child.stdin.end(() => done()),
    destroy(error, done) {
      child.kill();
      done(error);
    },
  });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said = (said + chunk).slice(-2_000);
  });
  child.stdout.on("data", (chunk) => {
    if (!stream.push(chunk)) child.stdout.pause();
  });
  // Whether the child took all it was sent shows in its answer.
  child.stdin.on("error", () => {});
  child.once("error", (error) => stream.destroy(error));
  child.once("close", (code) => {
    if (code === 0) stream.push(null);
    else stream.destroy(new Error(`${title}: ${said.trim() || `ended with ${code}`}`));
  });
  return stream;
}
