/** faults looks at the open mail, inside the page: words that do not stand out
 * from what is behind them (WCAG 2, 4.5 to 1), and a text wider than its window. */
export function faults() {
  const numbers = colour => colour.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const body = document.querySelector('#messagebody'), found = [];
  if (body.scrollWidth > body.clientWidth) found.push(`the text is ${body.scrollWidth} px wide in ${body.clientWidth}`);
  if (body.getBoundingClientRect().right > innerWidth) found.push('the text ends outside the window');
  const walk = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement, words = walk.currentNode.data.trim();
    if (!words || !element.checkVisibility()) continue;
    let back = [255, 255, 255];
    for (let e = element; e; e = e.parentElement) {
      const colour = numbers(getComputedStyle(e).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) { back = colour; break; }
    }
    const [a, b] = [luminance(numbers(getComputedStyle(element).color)), luminance(back)].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) found.push(`contrast ${contrast.toFixed(2)} of "${words.slice(0, 40)}"`);
  }
  return found;
}
