import { hash } from "bcryptjs";
import type { Live, ResourceType } from "../resource-type";
import { type CharacterRules, drawPassword, impossible } from "./characters";

export interface PasswordState extends CharacterRules {
  keepers: { [name: string]: string } | null;
  /** The older name of `numeric`. */
  number: boolean;
  result: string;
  bcryptHash: string;
}

/** The official provider's cost: Go's bcrypt.DefaultCost. */
const bcryptCost = 10;

/** random:index/randomPassword:RandomPassword. Any change draws a new password; nothing outside the state exists. */
export const randomPassword: ResourceType<null, PasswordState> = {
  token: "random:index/randomPassword:RandomPassword",
  builtOn: "framework",
  schemaVersion: "3",
  properties: {
    keepers: { type: "map", replaces: true },
    length: { type: "number", required: true, replaces: true },
    lower: { type: "boolean", default: true, replaces: true },
    upper: { type: "boolean", default: true, replaces: true },
    number: { type: "boolean", default: true, follows: "numeric", replaces: true },
    numeric: { type: "boolean", default: true, follows: "number", replaces: true },
    special: { type: "boolean", default: true, replaces: true },
    overrideSpecial: { type: "string", replaces: true },
    minLower: { type: "number", default: 0, replaces: true },
    minUpper: { type: "number", default: 0, replaces: true },
    minNumeric: { type: "number", default: 0, replaces: true },
    minSpecial: { type: "number", default: 0, replaces: true },
    result: { type: "string", outputOnly: true, secret: true },
    bcryptHash: { type: "string", outputOnly: true, secret: true },
  },
  check(inputs, notYetKnown) {
    if (notYetKnown.size > 0) return [];
    if (inputs.number !== inputs.numeric)
      return [{ property: "number", reason: "says otherwise than numeric. It is the older name of it: leave it out." }];
    const flaw = impossible(inputs);
    return flaw === null ? [] : [flaw];
  },
  async create(_context, desired) {
    return live({ ...desired, result: drawPassword(desired) });
  },
  /** An import's id is the password itself. */
  async read(_context, id, known) {
    return known === null
      ? live({ ...imported, length: Buffer.byteLength(id), result: id })
      : { id: "none", state: known };
  },
  async update(_context, id, previous, desired) {
    return { id, state: { ...desired, result: previous.result, bcryptHash: previous.bcryptHash } };
  },
  async delete() {},
};

/** What the official provider takes an imported password to have been made by. */
const imported: Omit<PasswordState, "length" | "result" | "bcryptHash"> = {
  keepers: null,
  lower: true,
  upper: true,
  number: true,
  numeric: true,
  special: true,
  overrideSpecial: null,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
};

async function live(state: Omit<PasswordState, "bcryptHash">): Promise<Live<PasswordState>> {
  return { id: "none", state: { ...state, bcryptHash: await hash(state.result, bcryptCost) } };
}
