/** WINDOW: a named window is written where it is used. */
import type { Over, Window, WindowDef } from "sqlite3-parser";

/** The same tree, with every `OVER name` replaced by what the name stands for. */
export function inlineWindows<T>(tree: T, definitions: readonly WindowDef[] | undefined): T {
  if (definitions === undefined || definitions.length === 0) return tree;
  const named = (name: string) => definitions.find((one) => one.name.text.toLowerCase() === name.toLowerCase())?.window;
  const whole = (window: Window): Window => {
    const base = window.base === undefined ? undefined : named(window.base.text);
    if (base === undefined) return window;
    const { partitionBy, orderBy } = whole(base);
    return { ...window, base: undefined, partitionBy, orderBy: window.orderBy ?? orderBy };
  };
  const replaced = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(replaced);
    if (typeof node !== "object" || node === null || node instanceof Uint8Array) return node;
    const over = node as Over;
    if (over.type === "NameOver") {
      const window = named(over.name.text);
      return window === undefined ? over : { type: "WindowOver", window: whole(window), span: over.span };
    }
    if (over.type === "WindowOver") return { ...over, window: whole(over.window) };
    return Object.fromEntries(Object.entries(node).map(([key, part]) => [key, replaced(part)]));
  };
  return replaced(tree) as T;
}
