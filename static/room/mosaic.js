/** One picture of everybody, drawn by the centre: in a worker where the browser has the means, else on the page. */

import { FPS, HEIGHT, WIDTH, draw } from "./grid.js";

/**
 * @typedef {object} Tile
 * @property {string} id
 * @property {string} name
 * @property {MediaStreamTrack | null} track
 */

/** A page in the background draws once a second; a worker goes on at full speed. */
// baseline: .MediaStreamTrackProcessor, .MediaStreamTrackGenerator: asked for here, drawn in the page instead
const inWorker = () => "MediaStreamTrackProcessor" in window && "MediaStreamTrackGenerator" in window && "OffscreenCanvas" in window;

export class Mosaic {
  /** @type {Map<string, Tile>} */
  #tiles = new Map();
  /** @type {Worker | null} */
  #worker = null;
  #timer = 0;
  /** @type {Map<string, HTMLVideoElement>} */
  #videos = new Map();

  /** @param {string | URL} script where the drawing worker lies */
  constructor(script) {
    this.track = inWorker() ? this.#remote(script) : this.#local();
  }

  /** @param {Tile[]} tiles everybody, in the order to show them */
  show(tiles) {
    for (const tile of tiles) {
      const track = this.#tiles.get(tile.id)?.track ?? null;
      if (track === tile.track) continue;
      if (this.#worker) this.#feed(tile);
      else this.#play(tile);
    }
    this.#tiles = new Map(tiles.map((tile) => [tile.id, tile]));
    this.#worker?.postMessage({ tiles: tiles.map(({ id, name, track }) => ({ id, name, shown: Boolean(track) })) });
  }

  close() {
    clearInterval(this.#timer);
    this.#worker?.terminate();
    for (const video of this.#videos.values()) video.srcObject = null;
    this.track.stop();
  }

  /**
   * @param {string | URL} script
   * @returns {MediaStreamTrack}
   */
  #remote(script) {
    const generator = new (/** @type {any} */ (window).MediaStreamTrackGenerator)({ kind: "video" });
    this.#worker = new Worker(script, { type: "module" });
    this.#worker.postMessage({ writable: generator.writable }, [generator.writable]);
    return generator;
  }

  /** @param {Tile} tile */
  #feed({ id, track }) {
    if (!track) return;
    // A clone, since a processor that ends would take the track with it.
    const { readable } = new (/** @type {any} */ (window).MediaStreamTrackProcessor)({ track: track.clone(), maxBufferSize: 1 });
    this.#worker?.postMessage({ id, readable }, [readable]);
  }

  /** @returns {MediaStreamTrack} */
  #local() {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: WIDTH, height: HEIGHT });
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.#timer = window.setInterval(() => {
      const tiles = [...this.#tiles.values()].map(({ id, name, track }) => {
        const video = track && this.#videos.get(id);
        const ready = video && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
        return { name, image: ready ? video : null, width: video?.videoWidth ?? 0, height: video?.videoHeight ?? 0 };
      });
      draw(pen, tiles);
    }, 1000 / FPS);
    return /** @type {MediaStreamTrack} */ (canvas.captureStream(FPS).getVideoTracks()[0]);
  }

  /** @param {Tile} tile */
  #play({ id, track }) {
    const video = this.#videos.get(id) ?? document.createElement("video");
    Object.assign(video, { muted: true, playsInline: true, srcObject: track ? new MediaStream([track]) : null });
    this.#videos.set(id, video);
    if (track) video.play().catch(() => undefined);
  }
}
