/**
 * The lexical grammar of SQLite's SQL, as sqlite.org/lang_keywords.html and its tokenizer define it. What the pragmas do not tell (CHECK
 * texts, DEFERRABLE, constraint names) is taken from the stored SQL by token, so that no quote, comment or nesting can mislead.
 */
export interface Token {
  kind: "word" | "quoted name" | "string" | "blob" | "number" | "symbol";
  /** As written. */
  text: string;
  start: number;
  end: number;
}

const spaces = /(?:\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))+/y;
const forms: [Token["kind"], RegExp][] = [
  ["blob", /[xX]'[0-9a-fA-F]*'/y],
  ["string", /'(?:[^']|'')*'/y],
  ["quoted name", /"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]/y],
  ["number", /0[xX][0-9a-fA-F]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y],
  ["word", /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y],
  ["symbol", /\|\||->>|->|<<|>>|<=|>=|<>|==|!=|[\s\S]/y],
];

/** The tokens of an SQL text, one by one; spaces and comments are left out. */
export function* tokens(sql: string): Generator<Token> {
  for (let at = 0; ; ) {
    spaces.lastIndex = at;
    at += spaces.exec(sql)?.[0].length ?? 0;
    if (at >= sql.length) return;
    for (const [kind, form] of forms) {
      form.lastIndex = at;
      const text = form.exec(sql)?.[0];
      if (text === undefined) continue;
      yield { kind, text, start: at, end: at + text.length };
      at += text.length;
      break;
    }
  }
}

/** Whether the token is this keyword, written in capitals here and in any case there. */
export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === "word" && token.text.toUpperCase() === word;
}

/** A name without its quotes. SQLite takes a string where a name is due as a name. */
export function nameOf(token: Token): string {
  if (token.kind === "word") return token.text;
  const quote = token.text.at(-1) ?? "";
  const inner = token.text.slice(1, -1);
  return quote === "]" ? inner : inner.replaceAll(quote + quote, quote);
}

/** The text of a string literal. */
export function stringOf(token: Token): string {
  return token.text.slice(1, -1).replaceAll("''", "'");
}

/**
 * The statements of a script, with the line each begins in. A trigger's body ends with `; END ;` and with nothing before, as sqlite3_complete() has
 * it (sqlite.org/c3ref/complete.html).
 */
export function* statements(script: string): Generator<{ sql: string; line: number }> {
  let parts: Token[] = [];
  let line = 1;
  let counted = 0;
  const statement = (first: Token, last: Token) => {
    for (; counted < first.start; counted++) if (script.charCodeAt(counted) === 10) line++;
    return { sql: script.slice(first.start, last.end), line };
  };
  for (const token of tokens(script)) {
    // Only the first three and the last three tokens tell where a statement ends.
    if (parts.length > 5) parts.splice(3, 1);
    parts.push(token);
    if (token.text !== ";") continue;
    const [before, end] = parts.slice(-3);
    if (beginsTrigger(parts) && !(parts.length > 3 && before?.text === ";" && isWord(end, "END"))) continue;
    if (parts.length > 1 && parts[0] !== undefined) yield statement(parts[0], token);
    parts = [];
  }
  const [first, last] = [parts[0], parts.at(-1)];
  if (first !== undefined && last !== undefined) yield statement(first, last);
}

function beginsTrigger([create, second, third]: Token[]): boolean {
  const kind = isWord(second, "TEMP") || isWord(second, "TEMPORARY") ? third : second;
  return isWord(create, "CREATE") && isWord(kind, "TRIGGER");
}
