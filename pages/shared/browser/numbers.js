// Numbers as people read them.

const grouped = new Intl.NumberFormat("en-US");

/** @param {number} value */
export function counted(value) {
  return grouped.format(value);
}

/**
 * A share as a percentage; small ones with a digit more.
 * @param {number} share
 */
export function percent(share, digits = share > 0 && share < 0.00995 ? 2 : 1) {
  return `${(share * 100).toFixed(digits)} %`;
}
