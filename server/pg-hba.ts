/**
 * pg_hba.conf that lets nobody in without a password, and only over what the server listens on.
 *
 * @param host address that the server listens on
 * @param socket whether it also has a Unix socket
 */
export function renderPgHba(host: string, socket: boolean): string {
  const rules = [["host", "all", "all", addressRange(host), "scram-sha-256"]];
  // Streaming replication is not part of "all"; superusers take base backups over it.
  rules.push(["host", "replication", "all", addressRange(host), "scram-sha-256"]);
  if (socket)
    rules.unshift(["local", "all", "all", "", "scram-sha-256"], ["local", "replication", "all", "", "scram-sha-256"]);
  const header = [
    "# pg_hba.conf, written by pgstead: changes made here are overwritten.",
    "# TYPE  DATABASE     USER  ADDRESS         METHOD",
  ];
  const widths = [8, 13, 6, 16, 0];
  return `${[...header, ...rules.map((rule) => rule.map((word, i) => word.padEnd(widths[i] ?? 0)).join(""))].join("\n")}\n`;
}

/** Where clients of a loopback address come from: the system may choose another address of the same range. */
function addressRange(host: string): string {
  if (host === "localhost") return "localhost";
  return host.includes(":") ? "::1/128" : "127.0.0.0/8";
}
