import { Metadata, status } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { outputsOf } from "../../../toolchain/offline/outputs";
import { encodeProperties } from "../../../toolchain/offline/property-value";
import type { Live, ResourceType } from "../../../toolchain/offline/resource-type";
import { CallError } from "../../../toolchain/offline/unary-calls";

/** The error that has the engine record a resource which is there, but did not come up: the next update is to go on with it. */
export function partlyMade<Context, State extends object>(
  type: ResourceType<Context, State>,
  live: Live<State>,
  reason: string,
): CallError {
  const detail = new ErrorResourceInitFailed()
    .setId(live.id)
    .setProperties(encodeProperties(outputsOf(type, live)))
    .setReasonsList([reason]);
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const whole = new Status();
  whole.setCode(status.UNKNOWN);
  whole.setMessage(reason);
  whole.setDetailsList([packed]);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(whole.serializeBinary()));
  return new CallError(status.UNKNOWN, reason, metadata);
}
