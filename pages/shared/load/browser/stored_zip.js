// A ZIP of files as they are: nothing is compressed, and no file is held in memory for it.

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let left = byte;
  for (let bit = 0; bit < 8; bit++) left = left & 1 ? (left >>> 1) ^ 0xedb88320 : left >>> 1;
  return left >>> 0;
});
const NAMES_ARE_UTF8 = 0x0800;
const NEEDS = 20; // version 2.0, which every program reads
const DAY_ONE = 0x0021; // 1 January 1980: when a file was changed says nothing here

/** The check sum that a ZIP keeps of a file. @param {Uint8Array} bytes */
export function checkSum(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = /** @type {number} */ (TABLE[(sum ^ byte) & 0xff]) ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

/** Numbers, two or four bytes each, lowest first. @param {[bytes: 2 | 4, value: number][]} fields */
function packed(fields) {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return new Uint8Array(view.buffer);
}

/** @param {number} sum @param {number} size @param {Uint8Array} name @returns {[2 | 4, number][]} */
function about(sum, size, name) {
  return [
    [2, NEEDS],
    [2, NAMES_ARE_UTF8],
    [2, 0],
    [2, 0],
    [2, DAY_ONE],
    [4, sum],
    [4, size],
    [4, size],
    [2, name.length],
    [2, 0],
  ];
}

/**
 * @param {string} name of the ZIP
 * @param {{ path: string, file: Blob }[]} entries
 * @param {() => void} [told] called after each file
 * @returns {Promise<File>}
 */
export async function storedZip(name, entries, told = () => {}) {
  /** @type {BlobPart[]} */
  const parts = [];
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const list = [];
  let at = 0;
  for (const { path, file } of entries) {
    const called = new TextEncoder().encode(path);
    const fields = about(checkSum(new Uint8Array(await file.arrayBuffer())), file.size, called);
    const head = packed([[4, 0x04034b50], ...fields]);
    parts.push(head, called, file);
    list.push(packed([[4, 0x02014b50], [2, NEEDS], ...fields, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]]), called);
    at += head.length + called.length + file.size;
    told();
  }
  const size = list.reduce((sum, part) => sum + part.length, 0);
  const count = entries.length;
  const end = packed([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, size],
    [4, at],
    [2, 0],
  ]);
  return new File([...parts, ...list, end], name, { type: "application/zip" });
}
