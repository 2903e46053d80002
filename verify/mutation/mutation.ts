/** One guard removed. */
export interface Mutation {
  readonly name: string;
  /** What a text of the sources is replaced by. Each text occurs exactly once in them. */
  readonly edits: readonly (readonly [anchor: string, replacement: string])[];
  /** The suite that should notice; the others are asked when it does not. */
  readonly suite: string;
  /** Why nothing has to notice: the guard is no guard of coherence. */
  readonly equivalent?: string;
}
