/** Whose picture there is to see: tells only what has changed. */

/** @typedef {import("./link.js").Link} Link */
/** @typedef {{connection: string, stream: MediaStream | null, mosaic: boolean}} Picture */

export class Pictures {
  /** @type {Map<string, {track: MediaStreamTrack, mosaic: boolean}>} */
  #shown = new Map();

  /**
   * @param {Map<string, Link>} links
   * @returns {Picture[]} what to show anew, and with `stream: null` what to take away
   */
  compare(links) {
    /** @type {Picture[]} */
    const changes = [];
    for (const connection of [...this.#shown.keys()]) {
      if (visible(links.get(connection))) continue;
      this.#shown.delete(connection);
      changes.push({ connection, stream: null, mosaic: false });
    }
    for (const [connection, link] of links) {
      const track = visible(link);
      const mosaic = Boolean(link.told?.mosaic);
      const before = this.#shown.get(connection);
      if (!track || (before?.track === track && before.mosaic === mosaic)) continue;
      this.#shown.set(connection, { track, mosaic });
      changes.push({ connection, stream: new MediaStream([track]), mosaic });
    }
    return changes;
  }
}

/** @param {Link | undefined} link a picture that stands still because its line is lost stays until the link goes */
function visible(link) {
  return link?.told?.camera ? link.picture : null;
}
