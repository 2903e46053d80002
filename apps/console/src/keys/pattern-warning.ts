/**
 * Whether a pattern ends inside a number, so that `stats:user:2*` reaches user 20 as well.
 * @returns some numbers that it reaches too; undefined when it does not
 */
export function numbersReached(pattern: string): string | undefined {
  const found = /(?<!\d)(\d{1,9})\*/.exec(pattern)?.[1];
  return found === undefined ? undefined : `${found}0, ${found}1, … ${found}9`;
}
