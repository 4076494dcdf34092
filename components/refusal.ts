import * as pulumi from "@pulumi/pulumi";

/**
 * The error with which the program refuses a stack: Pulumi shows its message alone.
 *
 * It comes without a stack, which nobody sees: the SDK colours it by util.inspect, which with Node.js 20 takes half a minute for a path below
 * node_modules, until it gives up (the SDK knows of its RangeError: pulumi/pulumi#20567).
 */
export function refusal(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  error.stack = "";
  return error;
}
