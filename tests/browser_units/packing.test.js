// Many dropped files as a few ZIPs: the check sum, the bytes, and what goes into which.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parcels } from "../../pages/shared/load/browser/parcels.js";
import { checkSum, storedZip } from "../../pages/shared/load/browser/stored_zip.js";

const found = (path, size = 10) => ({ path, file: { size } });

describe("a ZIP of files as they are", () => {
  it("has the check sum of the standard's own example", () => {
    assert.equal(checkSum(new TextEncoder().encode("123456789")), 0xcbf43926);
  });

  it("is opened by another program, names of any language and empty files among it", async () => {
    const entries = [
      { path: "photos/a b.txt", file: new Blob(["hello"]) },
      { path: "photos/猫/ü.bin", file: new Blob([new Uint8Array([0, 255, 128])]) },
      { path: "photos/empty", file: new Blob([]) },
    ];
    const made = await storedZip("photos.zip", entries);
    const folder = mkdtempSync(join(tmpdir(), "packing-"));
    writeFileSync(join(folder, "photos.zip"), new Uint8Array(await made.arrayBuffer()));
    const read = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; ";
    const list = "print([(i.filename, z.read(i).hex()) for i in z.infolist()])";
    const told = execFileSync("python3", ["-c", read + list, join(folder, "photos.zip")], {
      encoding: "utf8",
      env: { ...process.env, PYTHONIOENCODING: "utf-8" },
    });
    rmSync(folder, { recursive: true });
    assert.equal(
      told.trim(),
      "[('photos/a b.txt', '68656c6c6f'), ('photos/猫/ü.bin', '00ff80'), ('photos/empty', '')]",
    );
  });
});

describe("parcels", () => {
  it("are one where all fits, called after the folder", () => {
    const [one, ...more] = parcels([found("photos/a.png"), found("photos/cat/b.png")], 1e6);
    assert.deepEqual([one.name, more.length], ["photos.zip", 0]);
    assert.deepEqual(
      one.entries.map(({ path }) => path),
      ["photos/a.png", "photos/cat/b.png"],
    );
  });

  it("are several where it does not, and none is larger than it may be but for a file that is", () => {
    const made = parcels([found("p/a", 400), found("p/b", 400), found("p/c", 5000), found("p/d", 1)], 1100);
    assert.deepEqual(
      made.map(({ name, entries }) => [name, entries.length]),
      [
        ["p (1 of 4).zip", 1],
        ["p (2 of 4).zip", 1],
        ["p (3 of 4).zip", 1],
        ["p (4 of 4).zip", 1],
      ],
    );
  });

  it("put loose files into a folder of their name, and leave hidden ones out", () => {
    const [one] = parcels([found("labels.csv"), found("a.png"), found(".DS_Store")], 1e6);
    assert.equal(one.name, "labels and 1 more.zip");
    assert.deepEqual(
      one.entries.map(({ path }) => path),
      ["labels and 1 more/labels.csv", "labels and 1 more/a.png"],
    );
  });
});
