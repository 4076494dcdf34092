import { version } from "@pulumi/random/package.json";
import { serveProvider } from "../provider-server";
import { randomProvider } from "../random/provider";

void serveProvider(randomProvider(version));
