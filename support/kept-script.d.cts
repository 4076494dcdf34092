/** @returns keeps what V8 made of the module, as far as it has; null where that is kept already */
export function runKept(code: string, module: { exports: unknown }, path: string, kept: string): (() => void) | null;
