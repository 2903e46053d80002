export function trimmedMappings(map: {
  readonly sources: readonly string[];
  readonly mappings: string;
}): string;
