/** What an API process of the harness is told to do to itself at the right moment. */
export type Order = 'die before invalidation';
