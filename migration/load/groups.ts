/** Small statements go together, since each alone would wait for an answer. */
const atOnce = 50;

export function groupsOf<T>(all: T[]): T[][] {
  const groups: T[][] = [];
  for (let from = 0; from < all.length; from += atOnce) groups.push(all.slice(from, from + atOnce));
  return groups;
}
