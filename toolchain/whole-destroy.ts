/**
 * The arguments of a destroy with its preview, whatever was asked: only there Pulumi looks at what is protected before it deletes anything. Without it, the
 * protected data stays too, but what stands before it in the order (env file, role, container) is off the record, and mostly gone.
 */
export function withPreview(args: readonly string[], say: (line: string) => void): string[] {
  const command = args.find((arg) => !arg.startsWith("-"));
  const skips = (arg: string) => ["--skip-preview", "--skip-preview=true", "-f"].includes(arg);
  if (command !== "destroy" || !args.some(skips)) return [...args];
  say("The preview of destroy is not skipped: it finds what is protected before anything is deleted.");
  return args.filter((arg) => !skips(arg));
}
