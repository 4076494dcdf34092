import { version } from "@pulumi/pulumi/package.json";
import { serveLanguageHost } from "../language-host";

void serveLanguageHost(version);
