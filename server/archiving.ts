/** Whether these settings make the server archive its log: both a mode and a way. */
export function archivesByConfig(settings: Record<string, string>): boolean {
  const value = (name: string) =>
    Object.entries(settings)
      .find(([key]) => key.trim().toLowerCase() === name)?.[1]
      .trim() ?? "";
  const way = value("archive_command") !== "" || value("archive_library") !== "";
  return way && /^(?:on|always|true|yes|1)$/i.test(value("archive_mode"));
}
