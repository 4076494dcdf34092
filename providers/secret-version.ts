/** When the application's password is renewed: by a raised version, or by its age. It holds no secret; a password is made for its key. */
import { audit } from "../support/audit";
import { describeDuration, parseDuration } from "../support/duration";

interface Inputs {
  role: string;
  /** Raised by the operator. */
  version: number;
  /** Age at which the password is too old, such as 90d; empty for never. */
  maxAge: string;
  /** What then happens. */
  onAge: "warn" | "rotate";
  auditFile: string;
}

interface Outputs extends Inputs {
  /** Name of the present password, never used twice: the version, or version and count where that was used already. */
  key: string;
  issuedAt: string;
  /** How often a password was issued. */
  count: number;
  /** The highest version that was used. */
  highest: number;
}

export { check, keep as delete, read } from "../support/plain-resource";

export async function create(inputs: Inputs) {
  const key = String(inputs.version);
  const outs: Outputs = {
    ...inputs,
    key,
    issuedAt: new Date().toISOString(),
    count: 1,
    highest: inputs.version,
  };
  audit(inputs.auditFile, { event: "issued", version: key, role: inputs.role, note: "first" });
  return { id: inputs.role, outs };
}

/** Says what is due, also in a preview. */
export async function diff(_id: string, olds: Outputs, news: Inputs) {
  const old = tooOld(olds, news);
  if (old !== undefined && news.version === olds.version)
    console.log(
      news.onAge === "rotate"
        ? `${old}: it gets a new one.`
        : `${old}: raise pgstead:secretVersion, or set pgstead:secretAgePolicy to rotate.`,
    );
  const inputs = ["role", "version", "maxAge", "onAge", "auditFile"] as const;
  return { changes: reason(olds, news) !== undefined || inputs.some((name) => news[name] !== olds[name]) };
}

export async function update(_id: string, olds: Outputs, news: Inputs) {
  const why = reason(olds, news);
  if (why === undefined) return { outs: { ...olds, ...news } };
  const count = olds.count + 1;
  const key = news.version > olds.highest ? String(news.version) : `${news.version}.${count}`;
  audit(news.auditFile, { event: "issued", version: key, role: news.role, note: why });
  const outs: Outputs = {
    ...news,
    key,
    issuedAt: new Date().toISOString(),
    count,
    highest: Math.max(olds.highest, news.version),
  };
  return { outs };
}

function reason(olds: Outputs, news: Inputs): string | undefined {
  if (news.version !== olds.version) return "secretVersion was changed";
  return news.onAge === "rotate" && tooOld(olds, news) !== undefined ? "maxSecretAge was reached" : undefined;
}

/** The sentence's beginning when the password is older than it may be. */
function tooOld(olds: Outputs, news: Inputs): string | undefined {
  if (news.maxAge === "") return undefined;
  const age = Date.now() - Date.parse(olds.issuedAt);
  if (age <= parseDuration(news.maxAge)) return undefined;
  return `The password of ${news.role} is ${describeDuration(age)} old (pgstead:maxSecretAge is ${news.maxAge})`;
}
