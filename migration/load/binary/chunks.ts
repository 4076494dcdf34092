/** Rows in COPY's binary format as CopyData messages, in buffers that are used again when the socket has taken them. */

/** Bytes of a message: large enough that a system call costs little. */
const chunkBytes = 256 * 1024;
/** A CopyData message's type and length stand before what it holds (postgresql.org/docs/16/protocol-message-formats.html). */
const messageHeader = 5;
/** Messages that wait for the socket before the encoder does. */
const mostWaiting = 4;

const fileHeader = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), Buffer.alloc(8)]);

/** Takes a whole message; calls back when its memory is free again. */
export type Send = (message: Buffer, sent: (error?: Error | null) => void) => void;

/** `bytes`, `view` and `position` are where the next field goes; `ensure` makes room before. */
export class Chunks {
  bytes: Buffer;
  view: DataView;
  position: number;
  #send: Send = () => {};
  #free: Buffer[] = [];
  #waiting = 0;
  #wake: (() => void) | null = null;
  #failure: Error | null = null;

  constructor() {
    this.bytes = Buffer.allocUnsafeSlow(chunkBytes);
    this.view = viewOf(this.bytes);
    this.position = messageHeader;
  }

  /** Begins a COPY. */
  begin(send: Send): void {
    this.#send = send;
    this.#failure = null;
    this.position = messageHeader;
    this.ensure(fileHeader.length);
    fileHeader.copy(this.bytes, this.position);
    this.position += fileHeader.length;
  }

  /** Ends it: the trailer, and what is left. */
  async end(): Promise<void> {
    this.ensure(2);
    this.view.setInt16(this.position, -1);
    this.position += 2;
    this.#flush();
    while (this.#waiting > 0) await this.#sent();
  }

  /** Whether the socket has more than it can take at once. */
  get isFull(): boolean {
    return this.#waiting >= mostWaiting;
  }

  /** Waits until the socket takes more. @throws when it will not */
  async room(): Promise<void> {
    while (this.isFull) await this.#sent();
    if (this.#failure !== null) throw this.#failure;
  }

  /** Makes room for so many bytes in one piece. */
  ensure(length: number): void {
    if (this.position + length <= this.bytes.length) return;
    if (this.position > messageHeader) this.#flush();
    if (this.position + length > this.bytes.length) this.#take(Buffer.allocUnsafeSlow(messageHeader + length));
  }

  /** Adds bytes. */
  append(bytes: Buffer): void {
    this.ensure(bytes.length);
    bytes.copy(this.bytes, this.position);
    this.position += bytes.length;
  }

  /** Sends bytes from elsewhere after what is here. They must not change until it has ended. */
  async pass(bytes: Buffer): Promise<void> {
    if (this.position > messageHeader) this.#flush();
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      const piece = bytes.subarray(at, at + chunkBytes);
      const header = Buffer.alloc(messageHeader);
      setHeader(header, piece.length);
      this.#write(header, null);
      this.#write(piece, null);
      await this.room();
    }
    while (this.#waiting > 0) await this.#sent();
  }

  #flush(): void {
    const full = this.bytes;
    setHeader(full, this.position - messageHeader);
    this.#write(full.subarray(0, this.position), full.length === chunkBytes ? full : null);
    this.#take(this.#free.pop() ?? Buffer.allocUnsafeSlow(chunkBytes));
  }

  #write(message: Buffer, reusable: Buffer | null): void {
    this.#waiting++;
    this.#send(message, (error) => {
      this.#waiting--;
      if (error) this.#failure = error;
      if (reusable !== null && this.#free.length < mostWaiting) this.#free.push(reusable);
      this.#wake?.();
    });
  }

  #take(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.position = messageHeader;
  }

  #sent(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function setHeader(message: Buffer, length: number): void {
  message[0] = 0x64; // 'd'
  message.writeInt32BE(length + 4, 1);
}
