/**
 * Fixes inaccessible parts of the theme when they are compiled:
 * - A collapsible group of the sidebar is a button within a button. If it has a link, or is not
 *   collapsible, it is an element that receives the focus and does nothing.
 * - The search button shows "Search K", but its name is "Search". theme/search.css draws the K.
 */
const CHANGES = {
  'VPSidebarItem.vue': [
    [
      ':role="itemRole"',
      ':role="collapsible && !isLink ? itemRole : undefined"' +
        ' :aria-expanded="collapsible && !isLink ? !collapsed : undefined"',
    ],
    [':tabindex="item.items && 0"', ':tabindex="collapsible && !isLink ? 0 : undefined"'],
    [
      'role="button"\n        aria-label="toggle section"',
      ':role="isLink ? \'button\' : undefined"' +
        ' :aria-label="isLink ? \'Pages of \' + item.text : undefined"' +
        ' :aria-expanded="isLink ? !collapsed : undefined"',
    ],
    ['tabindex="0"', ':tabindex="isLink ? 0 : undefined"'],
  ],
  'VPNavBarSearchButton.vue': [
    [':aria-label', 'aria-keyshortcuts="Control+K Meta+K" :aria-label'],
    ['class="DocSearch-Button-Keys"', 'class="DocSearch-Button-Keys" aria-hidden="true"'],
    ['>K</kbd>', '></kbd>'],
  ],
};

/** A Vite plugin. It fails if a new version of the theme lacks one of these parts. */
export const accessibleTheme = {
  name: 'accessible-theme',
  enforce: 'pre',
  transform(code, id) {
    const changes = CHANGES[id.split('/').at(-1)];
    return changes?.reduce((text, [part, better]) => {
      if (!text.includes(part)) throw new Error(`${id} has no ${part}`);
      return text.replace(part, () => better);
    }, code);
  },
};
