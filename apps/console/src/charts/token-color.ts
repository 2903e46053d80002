/**
 * A colour of the page as the browser computes it now. Canvas knows no custom properties, so what is
 * drawn takes its colours from here.
 */
export function tokenColor(token: string, within: HTMLElement): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  within.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
