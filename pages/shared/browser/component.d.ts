/** What Streamlit hands to a component's default export, at mounting and whenever its data change. */
export interface Component<Data, Mounted> {
  data: Data;
  /** Where to mount; what is mounted there is kept on it. */
  parentElement: ParentNode & { mounted?: Mounted | null };
  setStateValue(name: string, value: unknown): void;
  setTriggerValue(name: string, value: unknown): void;
}
