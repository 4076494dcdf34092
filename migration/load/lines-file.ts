/** A file of JSON values, one a line, written in large pieces: there may be millions of them. */
import { closeSync, openSync, writeSync } from "node:fs";

const pieceCharacters = 256 * 1024;

export class LinesFile {
  #file: number | null = null;
  #waiting = "";

  constructor(readonly path: string) {}

  add(value: unknown): void {
    this.#file ??= openSync(this.path, "a", 0o600);
    this.#waiting += `${JSON.stringify(value)}\n`;
    if (this.#waiting.length >= pieceCharacters) this.flush();
  }

  /** Writes what waits. Call it before the file is read. */
  flush(): void {
    if (this.#file === null || this.#waiting === "") return;
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = "";
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
  }

  close(): void {
    this.flush();
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}
