/** What was typed into a field of a form, without spaces around it. */
export function typedInto(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value.trim() : '';
}
