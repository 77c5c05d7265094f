// One tab among others: its name, and that it says it is still open.
import assert from "node:assert/strict";
import { beforeEach, describe, it, mock } from "node:test";
import { staysOpen, tabName } from "../../pages/shared/review/browser/deciding/tab.js";
import { happens, setUp } from "./browser.js";

describe("a tab", () => {
  beforeEach(setUp);

  it("keeps its name over a reload", () => {
    const name = tabName();
    assert.match(name, /^[0-9a-f-]{36}$/);
    assert.equal(tabName(), name);
  });

  it("says each minute what it holds, and when it is closed", () => {
    mock.timers.enable({ apis: ["setInterval"] });
    const told = [];
    const post = async (route, body) => told.push([route, body]);
    const stop = staysOpen(post, () => ["a", "b"]);
    mock.timers.tick(60000);
    happens("pagehide");
    stop();
    mock.timers.tick(60000);
    mock.timers.reset();
    assert.deepEqual(told, [
      ["held", { held: ["a", "b"], leaving: false }],
      ["held", { held: ["a", "b"], leaving: true }],
    ]);
  });
});
