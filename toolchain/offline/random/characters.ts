import { randomInt } from "node:crypto";

/** Which characters a password is made of. */
export interface CharacterRules {
  length: number;
  lower: boolean;
  upper: boolean;
  numeric: boolean;
  special: boolean;
  /** Taken instead of the usual special characters; null for those. */
  overrideSpecial: string | null;
  minLower: number;
  minUpper: number;
  minNumeric: number;
  minSpecial: number;
}

const lowerCharacters = "abcdefghijklmnopqrstuvwxyz";
const upperCharacters = lowerCharacters.toUpperCase();
const digits = "0123456789";
/** Those of the official provider. */
const specialCharacters = "!@#$%&*()-_=+[]{}<>:?";

/** What makes these rules impossible, or null. */
export function impossible(rules: CharacterRules): { property: keyof CharacterRules; reason: string } | null {
  if (rules.length < 1) return { property: "length", reason: "must be at least 1." };
  for (const property of ["minLower", "minUpper", "minNumeric", "minSpecial"] as const)
    if (rules[property] < 0) return { property, reason: "cannot be negative." };
  if (!rules.lower && !rules.upper && !rules.numeric && !rules.special)
    return {
      property: "special",
      reason: "leaves no character to choose: at least one of lower, upper, numeric and special must be true.",
    };
  const least = rules.minLower + rules.minUpper + rules.minNumeric + rules.minSpecial;
  if (rules.length < least)
    return {
      property: "length",
      reason: `is ${rules.length}, less than the ${least} characters that the minimums add up to.`,
    };
  return null;
}

/**
 * A password by the rules. Every character is drawn, and the whole is shuffled, with `crypto.randomInt`: the operating
 * system's cryptographic source, numbers that would favour some outcomes thrown away. So all passwords that have the
 * same number of characters from each minimum are equally likely.
 */
export function drawPassword(rules: CharacterRules): string {
  const special = [...(rules.overrideSpecial || specialCharacters)];
  const drawn = [
    ...draw([...lowerCharacters], rules.minLower),
    ...draw([...upperCharacters], rules.minUpper),
    ...draw([...digits], rules.minNumeric),
    ...draw(special, rules.minSpecial),
  ];
  const all = [
    ...(rules.upper ? upperCharacters : ""),
    ...(rules.lower ? lowerCharacters : ""),
    ...(rules.numeric ? digits : ""),
    ...(rules.special ? special : []),
  ];
  return shuffle([...drawn, ...draw(all, rules.length - drawn.length)]).join("");
}

function draw(from: readonly string[], count: number): string[] {
  return Array.from({ length: count }, () => from[randomInt(from.length)] as string);
}

/** Fisher and Yates's shuffle: every order is equally likely. */
function shuffle(items: string[]): string[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [items[last], items[other]] = [items[other] as string, items[last] as string];
  }
  return items;
}
