import { autovacuum } from "./autovacuum";
import { memory } from "./memory";
import { parallel } from "./parallel";
import { planner } from "./planner";
import type { Setting, TuningInput } from "./types";
import { wal } from "./wal";

/**
 * The settings for a machine and its use, by pgtune's rules (le0pard/pgtune, commit 7caef27) with the bounds that each group's file explains.
 *
 * @throws UserError when the connections asked for cannot fit into memory
 */
export function recommend(input: TuningInput): Setting[] {
  return [...memory(input), ...wal(input), ...planner(input), ...parallel(input), ...autovacuum(input)];
}
