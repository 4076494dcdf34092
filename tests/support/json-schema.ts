/**
 * A TypeScript type as a JSON Schema (draft 2020-12), read by TypeScript's own checker: what the compiler holds the engine to is what the
 * schema says. It knows the plain data that the model is made of, and refuses the rest. Objects are closed; comments become descriptions, and the
 * tag `@pattern` a pattern.
 */
import { dirname, resolve } from "node:path";
import ts from "typescript";

type Schema = Record<string, unknown>;

/** @param file holds the exported interface `name`. @throws for a type that has no form in JSON */
export function jsonSchema(file: string, name: string): Schema & { $defs: Record<string, Schema> } {
  const program = ts.createProgram([file], { strict: true, target: ts.ScriptTarget.ES2023, types: [], noEmit: true });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  const symbol = module && checker.getExportsOfModule(module).find((exported) => exported.name === name);
  if (source === undefined || symbol === undefined) throw new Error(`${file} exports no ${name}`);
  const defs: Record<string, Schema> = {};

  /** Types of the same folder have definitions of their own. */
  function isOfModel({ declarations }: ts.Symbol): boolean {
    const of = declarations?.[0]?.getSourceFile().fileName;
    return of !== undefined && dirname(resolve(of)) === dirname(resolve(file));
  }

  function schemaOf(type: ts.Type, where: string): Schema {
    const own = type.aliasSymbol ?? (type.isClassOrInterface() ? type.symbol : undefined);
    if (own === undefined || type.flags & ts.TypeFlags.StringLike || !isOfModel(own)) return shapeOf(type, where);
    if (defs[own.name] === undefined) {
      defs[own.name] = {};
      defs[own.name] = { ...described(own), ...shapeOf(type, own.name) };
    }
    return { $ref: `#/$defs/${own.name}` };
  }

  function shapeOf(type: ts.Type, where: string): Schema {
    if (type.flags & ts.TypeFlags.Null) return { type: "null" };
    if (type.flags & ts.TypeFlags.String) return { type: "string" };
    if (type.flags & ts.TypeFlags.Number) return { type: "number" };
    if (type.flags & ts.TypeFlags.Boolean) return { type: "boolean" };
    if (type.isLiteral()) return { const: type.value };
    if (type.isUnion()) return union(type.types, where);
    if (checker.isArrayType(type)) {
      const [item] = checker.getTypeArguments(type as ts.TypeReference);
      if (item !== undefined) return { type: "array", items: schemaOf(item, where) };
    }
    const values = type.getStringIndexType();
    if (values !== undefined) return { type: "object", additionalProperties: schemaOf(values, where) };
    if (type.flags & ts.TypeFlags.Object) return object(type, where);
    throw new Error(`${where}: ${checker.typeToString(type)} has no form in JSON`);
  }

  function union(types: ts.Type[], where: string): Schema {
    const literals = types.flatMap((type) => (type.isStringLiteral() ? [type.value] : []));
    const others = types.filter((type) => !type.isStringLiteral()).map((type) => schemaOf(type, where));
    // The compiler's order of a union's members is an accident of what it has read before.
    const forms = [...(literals.length === 0 ? [] : [{ enum: literals.sort() }]), ...others];
    const names = forms.map((form) => (Object.keys(form).length === 1 && "type" in form ? String(form.type) : ""));
    if (forms.length === 1) return forms[0] as Schema;
    if (!names.includes("")) return { type: names.sort() };
    return { anyOf: forms.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) };
  }

  function object(type: ts.Type, where: string): Schema {
    const fields = type.getProperties();
    const properties = fields.map((field) => {
      const path = `${where}.${field.name}`;
      const optional = (field.flags & ts.SymbolFlags.Optional) !== 0;
      const value = checker.getTypeOfSymbol(field);
      const form = schemaOf(optional ? checker.getNonNullableType(value) : value, path);
      return [field.name, { ...described(field), ...form }] as const;
    });
    return {
      type: "object",
      properties: Object.fromEntries(properties),
      required: fields.filter((field) => !(field.flags & ts.SymbolFlags.Optional)).map((field) => field.name),
      additionalProperties: false,
    };
  }

  function described(of: ts.Symbol): Schema {
    const text = ts.displayPartsToString(of.getDocumentationComment(checker)).replace(/\s+/g, " ").trim();
    const pattern = of.getJsDocTags(checker).find((tag) => tag.name === "pattern")?.text;
    return {
      ...(text === "" ? {} : { description: text }),
      ...(pattern === undefined ? {} : { pattern: ts.displayPartsToString(pattern).trim() }),
    };
  }

  const root = shapeOf(checker.getDeclaredTypeOfSymbol(symbol), name);
  return { ...described(symbol), ...root, $defs: Object.fromEntries(Object.entries(defs).sort()) };
}
