/** What crosses the border between Python and the cascade's point. */

/** From point_part.py (`point_data`). */
export interface PointData {
  /** Of the figures, in the order of each place's. */
  names: string[];
  /** Where the point may be let go, by rising cost. */
  places: Place[];
  /** Where it is; may lie between two places. */
  chosen: Place;
  /** Of the line that it lies on. */
  colour: string;
  /** Stamp of the last message that was acted on. */
  answered: string;
}

/** From point_part.py (`_place`). */
export interface Place {
  /** Of the possible extra cost, in per cent. */
  share: number;
  cost: number;
  accuracy: number;
  /** Where it is, in a few words. */
  words: string;
  /** Value and note of each figure. */
  figures: [string, string][];
}
