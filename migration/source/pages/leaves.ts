/** The leaf pages of a table's b-tree, from its interior pages alone (sqlite.org/fileformat2.html, 1.6). */
import { NotReadHere, type PageFile } from "./file";

export const tableLeaf = 0x0d;
const tableInterior = 0x05;
/** A tree of a full file of the smallest pages is not as deep. */
const deepest = 40;

/** @returns the page numbers of the leaves, in the order of the rowids */
export function leavesOf(file: PageFile, root: number): Uint32Array {
  const found: number[] = [];
  collect(file, root, 0, found);
  const leaves = Uint32Array.from(found);
  // A set of a large table's pages would take many times their memory.
  const sorted = leaves.slice().sort();
  if (sorted.some((page, index) => page === sorted[index + 1])) throw new NotReadHere("a page is in the tree twice");
  return leaves;
}

function typeOf(file: PageFile, page: number): number | undefined {
  file.seek(page);
  return file.bytes[file.at];
}

function collect(file: PageFile, page: number, depth: number, leaves: number[]): void {
  if (depth > deepest || leaves.length > file.header.pageCount) throw new NotReadHere("a tree without an end");
  const type = typeOf(file, page);
  if (type === tableLeaf) {
    leaves.push(page);
    return;
  }
  if (type !== tableInterior) throw new NotReadHere(`page ${page} is no page of a table`);
  const children = childrenOf(file, page);
  // All leaves of a b-tree are equally deep: the first child tells what the others are, and the leaves' reader looks again.
  if (typeOf(file, children[0] ?? 0) === tableLeaf) for (const child of children) leaves.push(child);
  else for (const child of children) collect(file, child, depth + 1, leaves);
}

function childrenOf(file: PageFile, page: number): number[] {
  file.seek(page);
  const { view, at } = file;
  const { usableSize } = file.header;
  const cells = view.getUint16(at + 3);
  if (12 + cells * 2 > usableSize) throw new NotReadHere(`page ${page} has too many cells`);
  const children: number[] = [];
  for (let cell = 0; cell < cells; cell++) {
    const offset = view.getUint16(at + 12 + cell * 2);
    if (offset < 12 + cells * 2 || offset + 5 > usableSize) throw new NotReadHere(`a cell outside page ${page}`);
    children.push(view.getUint32(at + offset));
  }
  children.push(view.getUint32(at + 8));
  return children;
}
