/** A stand-in for the plugin of @pulumi/docker, for tests only: just what components/docker-server.ts uses, on a real Docker Engine. */
import { version } from "@pulumi/docker/package.json";
import { serveProvider } from "../../../toolchain/offline/provider-server";
import { container } from "./container";
import { Engine } from "./engine";
import { getRegistryImage, remoteImage } from "./image";
import { network, volume } from "./network";

void serveProvider<Engine>({
  name: "docker",
  version,
  configuration: ["host"],
  configure: ({ host }) => Engine.at(typeof host === "string" && host !== "" ? host : "unix:///var/run/docker.sock"),
  resources: [container, network, volume, remoteImage],
  functions: { "docker:index/getRegistryImage:getRegistryImage": getRegistryImage },
});
