// Many files dropped at once go to the server as a few ZIPs: one by one, a folder of two thousand pictures never
// arrives, since Streamlit's uploader draws all of its files anew for each of them.
/** @import { Component } from "../../browser/component.d.ts" */
/** @import { Found } from "./parcels.js" */
import { part, say } from "../../browser/dom.js";
import { FEWEST, parcels } from "./parcels.js";
import { storedZip } from "./stored_zip.js";

const UPLOADER = "[data-testid=stFileUploaderDropzone]";
const INPUT = "input[type=file]";
/** Sent on by us; not packed again. @type {WeakSet<Event>} */
const ours = new WeakSet();

/** What a person chose, with the folders it lies in. @param {FileList} files @returns {Found[]} */
function chosen(files) {
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** All files of what was dropped. @param {FileSystemEntry | null} entry @param {Found[]} found */
async function walk(entry, found) {
  if (entry?.isFile) {
    const file = await new Promise((take, fail) => /** @type {FileSystemFileEntry} */ (entry).file(take, fail));
    found.push({ path: entry.fullPath.replace(/^\//, ""), file });
  } else if (entry?.isDirectory) {
    const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
    for (;;) {
      /** @type {FileSystemEntry[]} */
      const some = await new Promise((take, fail) => reader.readEntries(take, fail));
      if (!some.length) return;
      for (const one of some) await walk(one, found);
    }
  }
}

/** Hands files to the uploader as if they had been chosen there. @param {HTMLInputElement} input @param {File[]} files */
function hand(input, files) {
  const carrier = new DataTransfer();
  for (const file of files) carrier.items.add(file);
  input.files = carrier.files;
  const event = new Event("change", { bubbles: true });
  ours.add(event);
  input.dispatchEvent(event);
}

class Packer {
  /** @param {HTMLElement} line where its progress is told */
  constructor(line) {
    this.line = line;
    this.most = Number.POSITIVE_INFINITY;
    document.addEventListener("change", this.changed, true);
    document.addEventListener("drop", this.dropped, true);
  }

  close() {
    document.removeEventListener("change", this.changed, true);
    document.removeEventListener("drop", this.dropped, true);
  }

  /** @param {Event} event */
  changed = (event) => {
    const input = event.target;
    if (ours.has(event) || !(input instanceof HTMLInputElement) || !input.closest(UPLOADER)) return;
    if (!input.multiple || !input.files || input.files.length < FEWEST) return;
    event.stopImmediatePropagation();
    void this.pack(input, chosen(input.files));
  };

  /** @param {DragEvent} event */
  dropped = (event) => {
    const zone = event.target instanceof Element ? event.target.closest(UPLOADER) : null;
    const input = /** @type {HTMLInputElement | null} */ (zone?.querySelector(INPUT) ?? null);
    const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry());
    const many = entries.length >= FEWEST || entries.some((entry) => entry?.isDirectory);
    if (!input?.multiple || !many) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // the uploader still believes that something hangs over it
    zone?.dispatchEvent(new DragEvent("dragleave", { bubbles: true }));
    void this.unfold(input, entries);
  };

  /** @param {HTMLInputElement} input @param {(FileSystemEntry | null)[]} entries */
  async unfold(input, entries) {
    /** @type {Found[]} */
    const found = [];
    for (const entry of entries) await walk(entry, found);
    await this.pack(input, found);
  }

  /** @param {HTMLInputElement} input @param {Found[]} found */
  async pack(input, found) {
    const count = found.length;
    const made = [];
    let done = 0;
    for (const { name, entries } of parcels(found, this.most)) {
      const told = () =>
        say(this.line, `Packing ${(++done).toLocaleString("en")} of ${count.toLocaleString("en")} files`);
      made.push(await storedZip(name, entries, told));
    }
    say(this.line, "");
    hand(input, made);
  }
}

/** @param {Component<{ most: number }, Packer>} component */
export default function mount({ data, parentElement: root }) {
  root.mounted ??= new Packer(part(root, ".packing"));
  root.mounted.most = data.most;
  return () => {
    root.mounted?.close();
    root.mounted = null;
  };
}
