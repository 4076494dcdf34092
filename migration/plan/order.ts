/** The order of loading, from the foreign keys. */

/**
 * Orders tables so that a referenced one comes before those that refer to it, as far as there are no cycles; otherwise in the given order.
 *
 * @param references by table: the tables that it refers to
 * @returns the order, and the cycles: tables that refer to each other (those that refer to themselves alone are not listed)
 */
export function loadingOrder(
  tables: string[],
  references: Map<string, string[]>,
): { order: string[]; cycles: string[][] } {
  // Tarjan's strongly connected components come out with the referenced ones first.
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const components: string[][] = [];
  const known = new Set(tables);

  const visit = (table: string) => {
    index.set(table, index.size);
    low.set(table, index.size - 1);
    stack.push(table);
    for (const next of references.get(table) ?? []) {
      if (!known.has(next)) continue;
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(table, Math.min(low.get(table) ?? 0, low.get(next) ?? 0));
    }
    if (low.get(table) !== index.get(table)) return;
    const component = stack.splice(stack.indexOf(table));
    components.push(tables.filter((name) => component.includes(name)));
  };
  for (const table of tables) if (!index.has(table)) visit(table);
  return { order: components.flat(), cycles: components.filter((component) => component.length > 1) };
}
