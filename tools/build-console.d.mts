export function buildConsole(root: string, options?: { watch?: boolean }): Promise<void>;
export function excessOf(files: readonly string[]): string[];
