/** Single files in tar archives (POSIX ustar), the form in which Docker takes and gives the files of a container. */

export interface TarFile {
  name: string;
  content: string;
  uid: number;
  gid: number;
  mode: number;
}

const block = 512;

export function writeTar(files: readonly TarFile[]): Buffer {
  const parts = files.flatMap(({ name, content, uid, gid, mode }) => {
    const bytes = Buffer.from(content);
    const header = Buffer.alloc(block);
    if (Buffer.byteLength(name) > 99) throw new Error(`the name ${name} is too long for the archive`);
    header.write(name, 0);
    const number = (value: number, at: number, width: number) =>
      header.write(`${value.toString(8).padStart(width - 1, "0")}\0`, at, "latin1");
    number(mode, 100, 8);
    number(uid, 108, 8);
    number(gid, 116, 8);
    number(bytes.length, 124, 12);
    number(0, 136, 12);
    header.write("        0", 148, "latin1");
    header.write("ustar\u000000", 257, "latin1");
    header.write(`${checksum(header).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    return [header, bytes, Buffer.alloc((block - (bytes.length % block)) % block)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

/** The first file of an archive. */
export function readTarFile(archive: Buffer): TarFile | undefined {
  for (let at = 0; at + block <= archive.length; ) {
    const header = archive.subarray(at, at + block);
    const text = (from: number, width: number) => header.toString("utf8", from, from + width).replace(/\0.*$/s, "");
    const number = (from: number, width: number) => Number.parseInt(text(from, width).trim() || "0", 8);
    const size = number(124, 12);
    const isFile = header[156] === 0x30 || header[156] === 0;
    if (isFile && text(0, 100) !== "")
      return {
        name: text(0, 100),
        content: archive.toString("utf8", at + block, at + block + size),
        uid: number(108, 8),
        gid: number(116, 8),
        mode: number(100, 8) & 0o7777,
      };
    at += block + Math.ceil(size / block) * block;
  }
  return undefined;
}

function checksum(header: Buffer): number {
  return header.reduce((sum, byte) => sum + byte, 0);
}
