import { status } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { type IResourceProviderServer, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  CheckFailure,
  type CheckRequest,
  CheckResponse,
  type ConfigureRequest,
  ConfigureResponse,
  type CreateRequest,
  CreateResponse,
  type DeleteRequest,
  type DiffRequest,
  DiffResponse,
  type InvokeRequest,
  InvokeResponse,
  PropertyDiff,
  ProviderHandshakeResponse,
  type ReadRequest,
  ReadResponse,
  type UpdateRequest,
  UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { changesOf } from "./diff";
import { checkInputs, desiredState } from "./inputs";
import { deletesBeforeReplace, importedInputs, outputsOf, previewOutputs, refreshedInputs, stateOf } from "./outputs";
import { engineAddressOf, servePlugin } from "./plugin-process";
import { decodeProperties, encodeProperties, type PropertyMap, reveal, unknown } from "./property-value";
import type { ProviderType, ResourceType } from "./resource-type";
import { CallError, UnaryCalls } from "./unary-calls";

const bringOfficial =
  "is not implemented by the stand-in that is used where Pulumi's download site cannot be reached. " +
  "Bring the official plugin archives (PGSTEAD_PLUGINS) to use it.";

/** Runs a provider as a plugin process of the engine, until the engine ends it. */
export async function serveProvider<Context>(provider: ProviderType<Context>): Promise<void> {
  const calls = new UnaryCalls();
  await servePlugin(
    { definition: ResourceProviderService, implementation: providerService(provider, calls) },
    engineAddressOf(process.argv.slice(2)),
    () => calls.idle(),
  );
}

function providerService<Context>(provider: ProviderType<Context>, calls: UnaryCalls): IResourceProviderServer {
  let configured: Context | undefined;
  const context = (): Context => {
    if (configured === undefined)
      throw new CallError(
        status.FAILED_PRECONDITION,
        `The provider ${provider.name} was used before it was configured.`,
      );
    return configured;
  };

  return {
    handshake: calls.handler(() =>
      new ProviderHandshakeResponse().setAcceptSecrets(true).setAcceptResources(true).setAcceptOutputs(true),
    ),
    getPluginInfo: calls.handler(() => new PluginInfo().setVersion(provider.version)),
    attach: calls.handler(() => new Empty()),
    // Running calls go on to their end: what an interrupted one had made would be forgotten.
    cancel: calls.handler(() => new Empty()),

    checkConfig: calls.handler((request: CheckRequest) => {
      const news = decodeProperties(request.getNews());
      const response = new CheckResponse().setInputs(encodeProperties(news));
      for (const key of Object.keys(news))
        if (!isEngineKey(key) && !provider.configuration.includes(key))
          response.addFailures(
            new CheckFailure()
              .setProperty(key)
              .setReason(`The configuration '${key}' of ${provider.name} ${bringOfficial}`),
          );
      return response;
    }),
    diffConfig: calls.handler((request: DiffRequest) => {
      const news = decodeProperties(request.getNews());
      const olds = decodeProperties(request.getOldInputs());
      const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
        (key) => !isEngineKey(key) && differs(olds[key] ?? null, news[key] ?? null),
      );
      return new DiffResponse()
        .setChanges(changed.length > 0 ? DiffResponse.DiffChanges.DIFF_SOME : DiffResponse.DiffChanges.DIFF_NONE)
        .setDiffsList(changed);
    }),
    configure: calls.handler(async (request: ConfigureRequest) => {
      const plain = reveal(decodeProperties(request.getArgs()));
      configured = await provider.configure(plain !== unknown && isMap(plain) ? plain : {});
      return new ConfigureResponse()
        .setAcceptsecrets(true)
        .setAcceptresources(true)
        .setAcceptoutputs(true)
        .setSupportspreview(true);
    }),

    check: calls.handler((request: CheckRequest) => {
      const type = resourceType(provider, request.getUrn());
      const { inputs, misfits } = checkInputs(
        type,
        request.getName() || nameOf(request.getUrn()),
        decodeProperties(request.getOlds()),
        decodeProperties(request.getNews()),
        request.getRandomseed_asU8(),
      );
      return new CheckResponse()
        .setInputs(encodeProperties(inputs))
        .setFailuresList(
          misfits.map(({ property, reason }) => new CheckFailure().setProperty(property).setReason(reason)),
        );
    }),
    diff: calls.handler((request: DiffRequest) => {
      const type = resourceType(provider, request.getUrn());
      const outputs = decodeProperties(request.getOlds());
      const news = decodeProperties(request.getNews());
      return diffResponse(type, outputs, news, new Set(request.getIgnorechangesList()));
    }),
    create: calls.handler(async (request: CreateRequest) => {
      const type = resourceType(provider, request.getUrn());
      const inputs = decodeProperties(request.getProperties());
      const desired = desiredState(type, inputs, null);
      if (request.getPreview())
        return new CreateResponse().setProperties(encodeProperties(previewOutputs(type, inputs, desired)));
      const live = await type.create(context(), desired);
      return new CreateResponse().setId(live.id).setProperties(encodeProperties(outputsOf(type, live)));
    }),
    read: calls.handler(async (request: ReadRequest) => {
      const type = resourceType(provider, request.getUrn());
      const oldInputs = decodeProperties(request.getInputs());
      const known = stateOf(type, decodeProperties(request.getProperties()), oldInputs);
      const live = await type.read(context(), request.getId(), known);
      if (live === null) return new ReadResponse();
      const inputs = known === null ? importedInputs(type, live.state) : refreshedInputs(type, oldInputs, live.state);
      return new ReadResponse()
        .setId(live.id)
        .setProperties(encodeProperties(outputsOf(type, live)))
        .setInputs(encodeProperties(inputs));
    }),
    update: calls.handler(async (request: UpdateRequest) => {
      const type = resourceType(provider, request.getUrn());
      const inputs = decodeProperties(request.getNews());
      const oldInputs = decodeProperties(request.getOldInputs());
      const previous = stateOf(type, decodeProperties(request.getOlds()), oldInputs) ?? desiredState(type, {}, null);
      const desired = desiredState(type, inputs, previous);
      if (request.getPreview())
        return new UpdateResponse().setProperties(encodeProperties(previewOutputs(type, inputs, desired)));
      const live = await type.update(context(), request.getId(), previous, desired);
      return new UpdateResponse().setProperties(encodeProperties(outputsOf(type, live)));
    }),
    delete: calls.handler(async (request: DeleteRequest) => {
      const type = resourceType(provider, request.getUrn());
      const state =
        stateOf(type, decodeProperties(request.getProperties()), {}) ??
        desiredState(type, decodeProperties(request.getOldInputs()), null);
      await type.delete(context(), request.getId(), state);
      return new Empty();
    }),

    invoke: calls.handler(async (request: InvokeRequest) => {
      const answer = provider.functions?.[request.getTok()];
      if (answer === undefined)
        throw new CallError(status.UNIMPLEMENTED, `The function ${request.getTok()} ${bringOfficial}`);
      const args = reveal(decodeProperties(request.getArgs()));
      return new InvokeResponse().setReturn(encodeProperties(await answer(context(), isMap(args) ? args : {})));
    }),
    getSchema: calls.refusal(`The schema of ${provider.name} ${bringOfficial}`),
    parameterize: calls.refusal(`Parameterizing ${provider.name} ${bringOfficial}`),
    construct: calls.refusal(`A component of ${provider.name} ${bringOfficial}`),
    call: calls.refusal(`A method of ${provider.name} ${bringOfficial}`),
    getMapping: calls.refusal(`A mapping of ${provider.name} ${bringOfficial}`),
    getMappings: calls.refusal(`A mapping of ${provider.name} ${bringOfficial}`),
    list: (call) => call.emit("error", { code: status.UNIMPLEMENTED, details: `Listing ${bringOfficial}` }),
  };
}

function diffResponse<Context, State extends object>(
  type: ResourceType<Context, State>,
  outputs: PropertyMap,
  news: PropertyMap,
  ignored: ReadonlySet<string>,
): DiffResponse {
  const changes = changesOf(type, outputs, news).filter(({ property }) => !ignored.has(property));
  const replaces = changes.filter((change) => change.replaces).map(({ property }) => property);
  const response = new DiffResponse()
    .setChanges(changes.length > 0 ? DiffResponse.DiffChanges.DIFF_SOME : DiffResponse.DiffChanges.DIFF_NONE)
    .setDiffsList(changes.map(({ property }) => property))
    .setReplacesList(replaces)
    .setDeletebeforereplace(replaces.length > 0 && deletesBeforeReplace(type, outputs, news))
    .setHasdetaileddiff(true);
  const { Kind } = PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  } as const;
  for (const change of changes)
    response
      .getDetaileddiffMap()
      .set(change.property, new PropertyDiff().setKind(kinds[change.kind][change.replaces ? 1 : 0]));
  return response;
}

/** @throws CallError for a type that is not implemented: its name, what is there, and what to do */
// biome-ignore lint/suspicious/noExplicitAny: which state the type has is known to it alone
function resourceType<Context>(provider: ProviderType<Context>, urn: string): ResourceType<Context, any> {
  const token = (urn.split("::")[2] ?? "").split("$").at(-1);
  const type = provider.resources.find((resource) => resource.token === token);
  if (type !== undefined) return type;
  const implemented = provider.resources.map((resource) => resource.token).join(", ");
  throw new CallError(
    status.UNIMPLEMENTED,
    `The resource type ${token} ${bringOfficial} Implemented are: ${implemented}.`,
  );
}

/** Keys that the engine itself puts among a provider's configuration. */
function isEngineKey(key: string): boolean {
  return key.startsWith("__") || ["version", "pluginDownloadURL", "pluginChecksums", "parameterization"].includes(key);
}

function nameOf(urn: string): string {
  return urn.split("::")[3] ?? "";
}

function differs(old: PropertyMap[string], now: PropertyMap[string]): boolean {
  const [one, other] = [reveal(old), reveal(now)];
  return one === unknown || other === unknown || JSON.stringify(one) !== JSON.stringify(other);
}

function isMap(value: unknown): value is { [name: string]: never } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
