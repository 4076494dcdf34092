import { version } from "@pulumi/postgresql/package.json";
import { postgresqlProvider } from "../postgresql/provider";
import { serveProvider } from "../provider-server";

void serveProvider(postgresqlProvider(version));
