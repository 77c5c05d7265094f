// How Streamlit mounts the room and the grid.
/** @import { Component } from "../../browser/component.d.ts" */
/** @import { Told } from "./told.d.ts" */
import { workOnWhileAway } from "./server_away.js";
import { takeFocus } from "./window.js";

/**
 * Streamlit calls this at mounting and whenever the data change; only another view of the run begins anew, else what
 * is mounted goes on with its renewed token. Returns what Streamlit calls at the end.
 * @template {Told} Data
 * @template {{ data: Data, view: { node: HTMLElement }, close(): void }} Mounted
 * @param {Component<Data, Mounted>} component
 * @param {(root: ParentNode, data: Data) => Mounted} begin
 */
export function mounted({ parentElement: root, data }, begin) {
  if (root.mounted && root.mounted.data.view === data.view) {
    root.mounted.data = { ...root.mounted.data, token: data.token };
  } else {
    root.mounted?.close();
    root.mounted = begin(root, data);
    takeFocus(root.mounted.view.node);
  }
  const leave = workOnWhileAway(root.mounted.view.node);
  return () => {
    leave();
    root.mounted?.close();
    root.mounted = null;
  };
}
