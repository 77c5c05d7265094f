/** What crosses the border between Python and the review's modules. */

/** From component.py (`_told`): who reviews what, where the routes are, and the token that they believe. */
export interface Told {
  identity: string;
  /** Changes when the queue does: the component then begins anew. */
  view: string;
  token: string;
  /** The app's address, with a slash at both ends. */
  base: string;
  kind: "image" | "question";
  /** Whether a question's options are groups of free answers. */
  open_answers: boolean;
  order: string;
  filters: Filters;
}

export interface Filters {
  given: number | null;
  suggested: number | null;
  group: string | null;
  least_disagreement: number;
  flagged_only: boolean;
  status: string;
  random_only: boolean;
}

/** From component.py (`card_data`). */
export interface CardData extends Told {
  /** Place in the settings log up to which the page has told of changes. */
  settings: number;
  /** The keys of the labels, in order. */
  keys: string;
  /** Whether there are more labels than a card offers. */
  search: boolean;
  /** The dataset and who reviews it. */
  about: { dataset: string; reviewer: string };
  /** Filters that are on, in words. */
  filtered: string[];
  /** Where to go at the end of the queue; the first comes first. */
  links: Link[];
  verdicts: Verdict[];
}

/** From component.py (`grid_data`). */
export interface GridData extends Told {
  /** Thumbnails a page. */
  size: number;
  links: Link[];
  /** Whether all samples share the given and the suggested label. */
  pair: boolean;
  question: string;
  /** What a sample that opens as a card needs besides. */
  card: CardData;
}

export interface Verdict {
  name: string;
  words: string;
  key: string;
  meaning: string;
}

/** A page of the app, at its address. */
export interface Link {
  words: string;
  href: string;
  /** Has more random cards come first. */
  draws: boolean;
}

/** A class. */
export interface Named {
  code: number;
  name: string;
}

/** From cards.py (`Cards.card`). */
export interface Card {
  sample_id: string;
  mode: string;
  kind: "image" | "question";
  candidates: Candidate[];
  metadata: [string, string][];
  stem?: Block[];
  picture?: Picture;
  open?: Reveal;
  decided?: Decided;
  /** What the card is known by to the server; its decision bears it too. */
  ticket?: string;
  /** Whether an earlier decision has shown this blind card's votes. */
  told?: boolean;
}

export interface Candidate extends Named {
  text?: Block[];
  examples: (string | null)[];
}

export interface Picture {
  problem?: string;
  thumb?: string;
  full?: string;
  width?: number;
  height?: number;
}

/** From cards.py (`Cards.reveal`, `Cards.details`). */
export interface Reveal {
  given: Named;
  suggested: Named;
  suspicion: number;
  /** Whether suspicion passes the threshold: only then is another label suggested. */
  flagged: boolean;
  votes: Vote[];
  abstained: number;
  probabilities?: Probability[];
  alike?: Alike[];
}

export interface Vote extends Named {
  expert: string;
  confidence: number;
}

export interface Probability extends Named {
  probability: number;
}

export interface Alike extends Named {
  thumb: string | null;
}

/** From desk.py (`ReviewDesk.record`): the reveal of a decided card. */
export interface DecidedReveal extends Reveal {
  verdict: string;
  sample_id: string;
  picked: Named[];
  colleagues: { verdict: string; labels: Named[]; note: string }[];
  /** what was learned of samples alike; empty where nothing was */
  why: string;
  messages: Message[];
}

/** From desk.py (`ReviewDesk.messages`): what a colleague, or the reviewer, wrote on a card. */
export interface Message {
  kind: "note" | "question" | "answer";
  text: string;
}

/** From team_answers.py: how to decide, of the whole dataset ("") or of a class. */
export interface Guideline {
  about: string;
  text: Block[];
  examples: Example[];
}

export interface Example {
  sample_id: string;
  thumb: string | null;
  stem?: Block[];
}

/** A decision that stands, as far as a card or the history tells it. */
export interface Decided {
  uuid?: string;
  verdict: string;
  labels: { name: string; text?: string }[];
  note: string;
}

/** From history.py: one decision, or a step of the grid with [uuid, sample id] of each. */
export interface PastDecision extends Decided {
  uuid: string;
  sample_id: string;
  labels: (Named & { text?: string })[];
  /** The beginning of a question. */
  stem?: string;
  seq: number;
  at: string;
  thumb: string | null;
  step?: [string, string][];
}

/** To recording.py: a decision as the browser makes it. */
export interface Item {
  uuid: string;
  sample_id: string;
  verdict: string;
  labels: number[];
  note: string;
  /** Seconds of looking. */
  seconds: number;
  mode: string;
  card: "card" | "grid";
  /** Milliseconds of the browser's clock. */
  at: number;
  /** Orders decisions of one millisecond. */
  turn: number;
  undoes?: string;
  ticket?: string;
}

/** The bodies that routes.py takes; `ask` adds order and filters. */
export interface Asked {
  cards: { held: string[]; count: number } | { sample_ids: string[] };
  decisions: { decisions: Item[]; sent_at: number };
  reveals: { uuids: string[] };
  classes: Record<string, never>;
  history: { count: number; before?: number | null };
  grid: { after: number; count: number };
  session: Record<string, never>;
  closing: Record<string, never>;
  more_random: Record<string, never>;
  held: { held: string[]; leaving: boolean };
  guidelines: Record<string, never>;
  message: { sample_id: string; kind: Message["kind"]; text: string };
}

/** What routes.py answers. */
export interface Answered {
  cards: {
    cards: Card[];
    progress: Progress;
    /** Ids among those held that the progress counts as left. */
    counted: string[];
    news?: News | null;
    other_tabs?: boolean;
  };
  /** later: uuids whose reveal is to be asked for. */
  decisions: { saved: string[]; refused: [string, string][]; reveals: Reveals; later: string[] };
  reveals: { reveals: Reveals };
  classes: { names: string[] };
  history: { decisions: PastDecision[] };
  grid: GridAnswer;
  session: Session;
  closing: Closing;
  more_random: Record<string, never>;
  held: Record<string, never>;
  guidelines: { guidelines: Guideline[] };
  message: { messages: Message[] };
}

export type Route = keyof Asked;
/** Asks a route of the app. */
export type Post = <R extends Route>(route: R, body: Asked[R]) => Promise<Answered[R]>;
export type Reveals = Record<string, DecidedReveal>;

/** From desk.py (`ReviewDesk.news`): the last setting that somebody else changed. */
export interface News {
  seq: number;
  words: string;
}

export interface Progress {
  total: number;
  left: number;
}

export interface GridAnswer {
  cells: GridCell[];
  /** Where the next page begins; null at the end. */
  next: number | null;
  progress: Progress;
}

/** From cards.py (`Cards.cell`). */
export interface GridCell {
  sample_id: string;
  thumb: string | null;
  full: string | null;
  given: Named;
  suggested: Named;
  /** Whether suspicion passes the threshold: only then is another label suggested. */
  flagged: boolean;
  /** Experts that vote for the given label, and that vote at all. */
  agreeing: number;
  voting: number;
  /** Told in open mode only. */
  suspicion?: number;
}

/** From desk.py (`ReviewDesk.session`). */
export interface Session {
  order: string;
  cards: number;
  seconds: number;
  cards_per_minute: number | null;
  verdicts: [string, number][];
  anchoring: Anchoring;
  expected: Expected | null;
}

/** From session.py (`closing`). */
export interface Closing {
  found: number;
  confirmed: number;
  /** Called wrong below the threshold, once: a second look is to come. */
  waiting: number;
  precision: Band | null;
  left: Band | null;
  onward: { cards: number; finds: Band; seconds: number } | null;
  /** Further random cards that can be had. */
  random: number;
}

export interface Band {
  point: number;
  low: number;
  high: number;
}

export interface Anchoring {
  blind_agreeing: number;
  blind_cards: number;
  open_agreeing: number;
  open_cards: number;
  difference: number;
  low: number;
  high: number;
  enough: boolean;
}

export interface Expected {
  cards: number;
  point: number;
  low: number;
  high: number;
}

/** From question_text.py (`blocks`). */
export type Block = ["p", Inline[]] | ["code", string] | ["list", Inline[][]];
export type Inline = string | ["b", Inline[]] | ["i", Inline[]] | ["code", string] | ["math", MathTree, boolean];
export type MathTree = string | [string, Record<string, string>, MathTree[]];
