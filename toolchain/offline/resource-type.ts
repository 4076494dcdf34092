import type { PlainValue } from "./property-value";

/** What a stand-in knows of one property of a resource: the official schema's facts that checks and diffs need. */
export interface Property {
  /** Elements of lists, sets and maps are strings; what is nested deeper is a block, taken and compared as it stands. */
  type: "string" | "number" | "boolean" | "list" | "set" | "map" | "block";
  required?: boolean;
  /** Taken when the program gives none. */
  default?: boolean | number | string;
  /** Another name of the same thing: taken when the program gives only that. */
  follows?: string;
  /** The server's own value is kept when the program gives none. */
  computed?: boolean;
  /** Never given by the program. */
  outputOnly?: boolean;
  /** Given by the program and never stored as an output. */
  writeOnly?: boolean;
  secret?: boolean;
  /** A change makes a new object instead of changing the old one. */
  replaces?: boolean;
  /** When the program gives none: the resource's own name and seven random hex digits, kept from then on. */
  autoName?: boolean;
  /** The attribute's name in the official provider's own state, where it does not follow from the property's name. */
  stateName?: string;
  /** Refuses a value, by saying why; undefined accepts it. */
  refuse?(value: PlainValue): string | undefined;
}

/** A property that an input of the program does not fit, and why. */
export interface Misfit {
  property: string;
  reason: string;
}

/**
 * A kind of resource as a plain object. `State` holds every property, null where there is none; what the server then
 * makes of it (defaults, secrets, diffs, the official provider's shape of outputs) is the same for all.
 */
export interface ResourceType<Context, State extends object> {
  /** Pulumi's type token. */
  token: string;
  properties: { [Name in keyof State & string]: Property };
  /**
   * What the official provider is built on. Those on Terraform's SDK record the defaults they took among the inputs, and
   * nulls among the outputs; those on its plugin framework record neither.
   */
  builtOn: "sdk" | "framework";
  /** Version of the official provider's state schema, where it has one. */
  schemaVersion?: string;
  /** Old and new cannot both be there: a replacement deletes first. */
  deleteBeforeReplace?: boolean;
  /**
   * Looks at all inputs together.
   *
   * @param notYetKnown names of the inputs that are known only after the update; they are null
   */
  check?(inputs: State, notYetKnown: ReadonlySet<string>): Misfit[];
  create(context: Context, desired: State): Promise<Live<State>>;
  /** @param known the state so far; null when the object is being imported. @returns null when it is gone */
  read(context: Context, id: string, known: State | null): Promise<Live<State> | null>;
  update(context: Context, id: string, previous: State, desired: State): Promise<Live<State>>;
  delete(context: Context, id: string, state: State): Promise<void>;
}

/** An object that exists: its id and everything known of it. */
export interface Live<State> {
  id: string;
  state: State;
}

/** A provider: its configuration and its resources. */
export interface ProviderType<Context> {
  name: string;
  /** Of the official provider it stands in for. */
  version: string;
  /** The configuration keys that are implemented. */
  configuration: readonly string[];
  /** @throws UserError naming the key that is wrong */
  configure(configuration: { [name: string]: PlainValue }): Context | Promise<Context>;
  // biome-ignore lint/suspicious/noExplicitAny: each resource has a state type of its own, seen only by its own functions
  resources: readonly ResourceType<Context, any>[];
  /** The functions that programs call, by token. */
  functions?: { readonly [token: string]: ProviderFunction<Context> };
}

export type ProviderFunction<Context> = (
  context: Context,
  args: { [name: string]: PlainValue },
) => Promise<{ [name: string]: PlainValue }>;
