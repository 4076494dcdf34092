import * as pulumi from "@pulumi/pulumi";
import { vi } from "vitest";
import { type Registered, setStackConfig } from "./pulumi-mocks";

const outputs: Record<string, Record<string, unknown>> = {
  "random:index/randomPassword:RandomPassword": { result: "generated-password" },
  "docker:index/remoteImage:RemoteImage": { imageId: "sha256:image" },
  "docker:index/network:Network": { name: "generated-network" },
  "docker:index/volume:Volume": { name: "generated-volume" },
  "pulumi-nodejs:dynamic/pgstead:DockerServer": { version: "16.9", systemIdentifier: "7001" },
};

/** Runs index.ts for a stack with `instance: docker`, its engine mocked, and gives what it registered. */
export async function runDockerProgram(
  config: Record<string, unknown>,
  overOutputs: Record<string, Record<string, unknown>> = {},
): Promise<Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider }) => {
        registered.push({ type, name, inputs, provider: provider ?? "" });
        return { id: `${name}-id`, state: { ...inputs, ...outputs[type], ...overOutputs[type] } };
      },
      call: ({ token, inputs }) =>
        token.includes("getRegistryImage") ? { ...inputs, sha256Digest: "sha256:0123" } : inputs,
    },
    "pgstead",
    "test",
    false,
  );
  setStackConfig({ instance: "docker", ...config });
  vi.resetModules();
  const program = await import("../../index");
  await new Promise((settle) => pulumi.output(program).apply(settle));
  await pulumi.runtime.disconnect();
  return registered;
}
