// One tab among others: its name, and that it says it is still open.
import assert from "node:assert/strict";
import { beforeEach, describe, it, mock } from "node:test";
import { Tab, tabName } from "../../pages/shared/review/browser/deciding/tab.js";
import { happens, setUp } from "./browser.js";

describe("a tab", () => {
  beforeEach(setUp);

  it("keeps its name over a reload", () => {
    const name = tabName();
    assert.match(name, /^[0-9a-f-]{36}$/);
    assert.equal(tabName(), name);
  });

  it("tells once that another is open", () => {
    const said = [];
    const tab = new Tab(
      async () => {},
      () => [],
      (sentence) => said.push(sentence),
    );
    for (const open of [false, true, true, false, true]) tab.others(open);
    tab.close();
    assert.equal(said.length, 2);
    assert.match(said[0], /another tab/);
  });

  it("says each minute what it holds, and when it is closed", () => {
    mock.timers.enable({ apis: ["setInterval"] });
    const told = [];
    const post = async (route, body) => told.push([route, body]);
    const tab = new Tab(post, () => ["a", "b"]);
    mock.timers.tick(60000);
    happens("pagehide");
    tab.close();
    mock.timers.tick(60000);
    mock.timers.reset();
    assert.deepEqual(told, [
      ["held", { held: ["a", "b"], leaving: false }],
      ["held", { held: ["a", "b"], leaving: true }],
    ]);
  });
});
