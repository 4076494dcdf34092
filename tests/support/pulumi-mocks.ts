import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

const root = join(__dirname, "..", "..");

/** Sets the stack config as the engine does: Pulumi.yaml's defaults, and the given values over them. */
export function setStackConfig(values: Record<string, unknown>, secretKeys: string[] = []): void {
  const declared: Record<string, { default: unknown }> = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")).config;
  const all = Object.fromEntries(Object.entries(declared).map(([key, { default: value }]) => [key, value]));
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries({ ...all, ...values }).map(([key, value]) => [`pgstead:${key}`, text(value)])),
  );
  process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(secretKeys.map((key) => `pgstead:${key}`));
}

/** A resource as the program registered it. */
export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  provider: string;
}

/** Takes the engine's place: resources are recorded, and their outputs are their inputs and what `outputs` adds by type. */
export async function mockEngine(outputs: Record<string, Record<string, unknown>> = {}): Promise<Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider }) => {
        registered.push({ type, name, inputs, provider: provider ?? "" });
        return { id: `${name}-id`, state: { ...inputs, ...outputs[type] } };
      },
      call: ({ inputs }) => inputs,
    },
    "pgstead",
    "test",
    false,
  );
  return registered;
}

/** The value of an output, once it is known. */
export function outputValue<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((settle) => {
    output.apply((value) => settle(value as T));
  });
}
