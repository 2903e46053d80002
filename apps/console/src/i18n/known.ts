/** Whether a figure is not known. */
export function isUnknown(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
