/** What an API process of the harness does to itself at the right moment, on command. */
export type Order =
  /** After a commit, before anything is removed from the cache. */
  | 'die before invalidation'
  /** As the relay's leader, when it has read what writers have appended, and removed by themselves. */
  | 'hold before the removals'
  /** As the relay's leader, when the removals are done and the cursor has not moved. */
  | 'die before the cursor'
  | 'hold before the cursor';
