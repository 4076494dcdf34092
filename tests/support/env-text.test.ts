import { describe, expect, it } from "vitest";
import { readKey, removeKey, setKey } from "../../support/env-text";

const url = "postgresql://app:secret@localhost:5434/app";

describe("setKey", () => {
  it("adds the key to an empty file", () => {
    expect(setKey("", "DATABASE_URL", url)).toBe(`DATABASE_URL=${url}\n`);
  });

  it("keeps a SQLite URL as a comment right above the new line", () => {
    expect(setKey("A=1\nDATABASE_URL=sqlite:///app.db\nB=2\n", "DATABASE_URL", url)).toBe(
      `A=1\n# DATABASE_URL=sqlite:///app.db\nDATABASE_URL=${url}\nB=2\n`,
    );
  });

  it("keeps the path of the SQLite file as a comment, so that going back is swapping two lines", () => {
    expect(setKey("DATABASE_PATH=/srv/app.db\nB=2\n", "DATABASE_URL", url)).toBe(
      `# DATABASE_PATH=/srv/app.db\nDATABASE_URL=${url}\nB=2\n`,
    );
  });

  it("replaces a PostgreSQL URL where it stands, leaving no old password behind", () => {
    const before = "DATABASE_URL=postgresql://app:old@localhost:5434/app\nB=2\n";
    expect(setKey(before, "DATABASE_URL", url)).toBe(`DATABASE_URL=${url}\nB=2\n`);
  });

  it("leaves one active line where there were several", () => {
    const text = setKey("DATABASE_URL=sqlite:///a.db\nDATABASE_URL=postgres://x:y@h/d\n", "DATABASE_URL", url);
    expect(text).toBe(`# DATABASE_URL=sqlite:///a.db\nDATABASE_URL=${url}\n`);
  });

  it.each([
    ["comments, blank lines and order", "# top\n\nB = 2\nexport C='x y'\n#DATABASE_URL=old\n"],
    ["keys that only begin with the name", "DATABASE_URL_OLD=1\nMY_DATABASE_URL=2\n"],
    ["values that span lines", 'KEY="first\nDATABASE_URL=not a key\nlast"\nZ=1\n'],
    ["quotes that never close", "NAME=it's\nQ='open\nZ=1\n"],
  ])("leaves alone %s", (_what, text) => {
    expect(setKey(text, "DATABASE_URL", url)).toBe(`${text}DATABASE_URL=${url}\n`);
  });

  it("keeps Windows line ends and gives a last line without one its end", () => {
    expect(setKey("A=1\r\nB=2", "DATABASE_URL", url)).toBe(`A=1\r\nB=2\r\nDATABASE_URL=${url}\r\n`);
  });

  it("changes nothing the second time", () => {
    const once = setKey("DATABASE_PATH=a.db\nX=1\n", "DATABASE_URL", url);
    expect(setKey(once, "DATABASE_URL", url)).toBe(once);
  });
});

describe("removeKey", () => {
  it("takes out the line that was written and nothing else", () => {
    const written = setKey("A=1\nDATABASE_PATH=a.db\n", "DATABASE_URL", url);
    expect(removeKey(written, "DATABASE_URL", url)).toBe("A=1\n# DATABASE_PATH=a.db\n");
  });

  it("leaves a line that somebody changed since", () => {
    const text = "DATABASE_URL=postgresql://elsewhere/db\n";
    expect(removeKey(text, "DATABASE_URL", url)).toBe(text);
  });
});

describe("readKey", () => {
  it.each([
    ["A=1\nA=2\n", "2"],
    ['A="x y"\n', "x y"],
    ["# A=1\n", undefined],
  ])("reads %j as %j", (text, value) => {
    expect(readKey(text, "A")).toBe(value);
  });
});
