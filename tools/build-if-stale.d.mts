export declare function isStale(root: string): boolean;
