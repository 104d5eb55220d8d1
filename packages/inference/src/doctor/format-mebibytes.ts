/** A size for people, in whole MiB. */
export function formatMebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`
}
