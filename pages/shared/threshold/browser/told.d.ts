/** What crosses the border between Python and the threshold page's modules. */

/** From component.py (`explorer_data`). */
export interface ExplorerData {
  /** Rising, at most 1,001. */
  thresholds: number[];
  /** Samples flagged at each threshold. */
  flagged: number[];
  /** Of them reviewed. */
  reviewed: number[];
  /** Cards of the queue at each threshold: those flagged, and random ones. */
  cards: number[];
  /** Samples by suspicion, in bins of one width from 0 to 1. */
  bins: number[];
  samples: number;
  chosen: { threshold: number; flagged: number; reviewed: number };
  /** A card. */
  seconds: number;
  /** Where the seconds come from; "set" when somebody set them. */
  pace: string;
  bands: Bands;
  /** Stamp of the last message that was acted on. */
  answered: string;
}

/** To threshold/__init__.py (`take_message`): the threshold that the line was let go at. */
export interface Chosen {
  threshold: number;
}

export type Quantity = "precision" | "detection";

/** From bands.py (`Bands`): what is known of both quantities at each threshold. */
export interface Bands {
  thresholds: number[];
  precision: Band;
  detection: Band;
  guess: boolean;
  words: string;
  earlier_precision: Band | null;
  earlier_detection: Band | null;
}

/** From bands.py (`Band`): shares; null where nothing can be said. */
export interface Band {
  low: (number | null)[];
  high: (number | null)[];
  points: (number | null)[];
  cards: (number | null)[];
}

/** From component.py (`paper_data`); tables are by K - 1 and tau in hundredths. */
export interface PaperData {
  run: string;
  samples: number;
  flagged: number[][];
  shared: number[][];
  /** The default's threshold that flags as many. */
  thresholds: number[][];
  agree: number;
  tau: number;
  /** The guess, while there is no estimate. */
  bands: Bands | null;
  paper: Record<Quantity, Table> | null;
  default: Record<Quantity, Table> | null;
  words: string;
}

/** From paper_estimates.py. */
export interface Table {
  low: (number | null)[][];
  high: (number | null)[][];
  points: (number | null)[][];
}
